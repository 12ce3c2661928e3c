/** How fast frames are decoded. */
@NullMarked
package dev.driveline.bench.decode;

import org.jspecify.annotations.NullMarked;
