/** What the registry reads. */
@NullMarked
package dev.driveline.registry.kafka;

import org.jspecify.annotations.NullMarked;
