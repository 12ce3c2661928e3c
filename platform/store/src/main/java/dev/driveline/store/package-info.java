/** What a service with tables needs, where PostgreSQL and Kafka meet. */
@NullMarked
package dev.driveline.store;

import org.jspecify.annotations.NullMarked;
