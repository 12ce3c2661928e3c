/** Exports of samples: jobs that go on where they were left. */
@NullMarked
package dev.driveline.telemetry.export;

import org.jspecify.annotations.NullMarked;
