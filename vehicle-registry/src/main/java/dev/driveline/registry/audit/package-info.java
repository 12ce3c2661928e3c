/** Who changed what: the rows that triggers write beside every change. */
@NullMarked
package dev.driveline.registry.audit;

import org.jspecify.annotations.NullMarked;
