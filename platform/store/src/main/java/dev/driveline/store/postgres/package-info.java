/** PostgreSQL: pool, migrations, transactions. */
@NullMarked
package dev.driveline.store.postgres;

import org.jspecify.annotations.NullMarked;
