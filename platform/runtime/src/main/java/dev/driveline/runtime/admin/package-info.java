/** Health and metrics. */
@NullMarked
package dev.driveline.runtime.admin;

import org.jspecify.annotations.NullMarked;
