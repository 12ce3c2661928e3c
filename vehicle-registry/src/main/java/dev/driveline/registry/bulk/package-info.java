/** Many vehicles at once, line by line. */
@NullMarked
package dev.driveline.registry.bulk;

import org.jspecify.annotations.NullMarked;
