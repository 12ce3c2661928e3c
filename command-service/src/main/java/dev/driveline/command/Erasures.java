package dev.driveline.command;

import dev.driveline.command.postgres.AuditTable;
import dev.driveline.command.postgres.BatchVehicleTable;
import dev.driveline.command.postgres.CommandTable;
import dev.driveline.command.postgres.DeliveryTable;
import dev.driveline.contract.registry.Erasure;
import dev.driveline.store.postgres.Database;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets vehicles: commands, configuration and what is known of the vehicle are deleted; the audit
 * keeps its steps with the pseudonym, and its chains still hold. Thread-safe; blocks.
 */
final class Erasures {

    private static final Logger LOG = LoggerFactory.getLogger(Erasures.class);

    private final Database database;
    private final CommandTable commands;
    private final AuditTable audit;
    private final DeliveryTable deliveries = new DeliveryTable();
    private final BatchVehicleTable batches = new BatchVehicleTable();

    Erasures(Database database, CommandTable commands, AuditTable audit) {
        this.database = database;
        this.commands = commands;
        this.audit = audit;
    }

    void erase(Erasure erasure) {
        int rows =
                database.transaction(handle -> {
                    commands.lock(handle, erasure.vin());
                    return commands.erase(handle, erasure.vin())
                            + deliveries.erase(handle, erasure.vin())
                            + batches.erase(handle, erasure.vin(), erasure.pseudonym())
                            + audit.erase(handle, erasure.vin(), erasure.pseudonym());
                });
        LOG.atInfo()
                .setMessage("vehicle erased")
                .addKeyValue("pseudonym", erasure.pseudonym())
                .addKeyValue("rows", rows)
                .log();
    }
}
