/** DBC catalogues: checked, versioned by content. */
@NullMarked
package dev.driveline.registry.catalogue;

import org.jspecify.annotations.NullMarked;
