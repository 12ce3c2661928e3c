/** Compression of batches. */
@NullMarked
package dev.driveline.runtime.batch;

import org.jspecify.annotations.NullMarked;
