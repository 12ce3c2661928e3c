package dev.driveline.contract.registry;

/** A vehicle's life: ORDERED → PRODUCED → ACTIVE ⇄ SUSPENDED → DECOMMISSIONED. */
public enum VehicleState {
    ORDERED,
    PRODUCED,
    ACTIVE,
    /** Its connections are refused and its sessions closed. */
    SUSPENDED,
    /** As SUSPENDED, for ever. */
    DECOMMISSIONED;

    /** Whether it may enrol and connect. */
    public boolean mayConnect() {
        return this == PRODUCED || this == ACTIVE;
    }
}
