/** What a vehicle says and what is known of its connection. */
@NullMarked
package dev.driveline.contract.vehicle;

import org.jspecify.annotations.NullMarked;
