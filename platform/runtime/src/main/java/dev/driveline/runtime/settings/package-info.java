/** Settings: read once, all problems at once. */
@NullMarked
package dev.driveline.runtime.settings;

import org.jspecify.annotations.NullMarked;
