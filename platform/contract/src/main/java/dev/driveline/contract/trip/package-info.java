/** What is told of trips and charging sessions. */
@NullMarked
package dev.driveline.contract.trip;

import org.jspecify.annotations.NullMarked;
