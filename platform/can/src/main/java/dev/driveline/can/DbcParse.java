package dev.driveline.can;

import java.util.List;

/**
 * What a text gave: everything that could be read, and everything that was odd.
 *
 * @param diagnostics in the order in which they were found, {@value DbcLimits#MAX_DIAGNOSTICS} at
 *     most
 */
public record DbcParse(Dbc model, List<Diagnostic> diagnostics) {
    public DbcParse {
        diagnostics = List.copyOf(diagnostics);
    }

    public boolean hasErrors() {
        return !errors().isEmpty();
    }

    public List<Diagnostic> errors() {
        return of(Diagnostic.Severity.ERROR);
    }

    public List<Diagnostic> warnings() {
        return of(Diagnostic.Severity.WARNING);
    }

    public List<Diagnostic> notes() {
        return of(Diagnostic.Severity.NOTE);
    }

    private List<Diagnostic> of(Diagnostic.Severity severity) {
        return diagnostics.stream().filter(one -> one.severity() == severity).toList();
    }
}
