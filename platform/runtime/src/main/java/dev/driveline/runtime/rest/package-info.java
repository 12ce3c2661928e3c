/** REST as every service offers it: routes, problems, streams. */
@NullMarked
package dev.driveline.runtime.rest;

import org.jspecify.annotations.NullMarked;
