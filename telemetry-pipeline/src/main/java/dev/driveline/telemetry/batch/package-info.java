/** CAN batches as vehicles send them: validated, then read by three cursors. */
@NullMarked
package dev.driveline.telemetry.batch;

import org.jspecify.annotations.NullMarked;
