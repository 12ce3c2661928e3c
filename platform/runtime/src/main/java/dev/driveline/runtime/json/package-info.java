/** The one JSON codec. */
@NullMarked
package dev.driveline.runtime.json;

import org.jspecify.annotations.NullMarked;
