package dev.driveline.registry.audit;

import java.util.List;

/** Reads who changed what. */
@FunctionalInterface
public interface AuditTrail {

    /** The oldest first. */
    List<AuditEntry> list(AuditQuery query);
}
