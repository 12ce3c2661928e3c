/** What is told of alerts. */
@NullMarked
package dev.driveline.contract.alert;

import org.jspecify.annotations.NullMarked;
