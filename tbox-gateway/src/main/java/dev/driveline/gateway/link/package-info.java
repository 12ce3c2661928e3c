/**
 * One vehicle's connection as a machine without input or output: windows, acknowledgements in
 * order, subscriptions.
 */
@NullMarked
package dev.driveline.gateway.link;

import org.jspecify.annotations.NullMarked;
