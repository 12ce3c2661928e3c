/** What every process needs. */
@NullMarked
package dev.driveline.runtime;

import org.jspecify.annotations.NullMarked;
