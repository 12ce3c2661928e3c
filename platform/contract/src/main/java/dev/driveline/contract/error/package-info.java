/** Errors as every service names them. */
@NullMarked
package dev.driveline.contract.error;

import org.jspecify.annotations.NullMarked;
