/**
 * A load generator: many vehicles in one process, raw Netty underneath, a certificate each. It
 * shares nothing with the gateway but the contract.
 */
@NullMarked
package dev.driveline.simulator.load;

import org.jspecify.annotations.NullMarked;
