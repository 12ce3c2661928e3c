package dev.driveline.telemetry.fact;

/** Whether a catalogue can be had. */
public sealed interface CatalogueAnswer {

    record Found(CompiledCatalogue catalogue) implements CatalogueAnswer {}

    /** The registry never published it, or withdrew it. */
    record Missing() implements CatalogueAnswer {}

    /** It is there and cannot be used; the sentence says why. */
    record Broken(String detail) implements CatalogueAnswer {}
}
