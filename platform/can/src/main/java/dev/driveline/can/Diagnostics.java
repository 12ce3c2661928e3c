package dev.driveline.can;

import java.util.ArrayList;
import java.util.List;

/** Collects diagnostics up to a limit. Of one parse, of one thread. */
final class Diagnostics {
    private final List<Diagnostic> found = new ArrayList<>();

    void error(Token at, String text) {
        add(Diagnostic.Severity.ERROR, at, text);
    }

    void warning(Token at, String text) {
        add(Diagnostic.Severity.WARNING, at, text);
    }

    private void add(Diagnostic.Severity severity, Token at, String text) {
        if (found.size() < DbcLimits.MAX_DIAGNOSTICS - 1) {
            found.add(new Diagnostic(severity, at.line(), at.column(), text));
        } else if (found.size() == DbcLimits.MAX_DIAGNOSTICS - 1) {
            found.add(
                    new Diagnostic(
                            Diagnostic.Severity.ERROR,
                            at.line(),
                            at.column(),
                            "more than %d diagnostics: no more are listed"
                                    .formatted(DbcLimits.MAX_DIAGNOSTICS - 1)));
        }
    }

    List<Diagnostic> found() {
        return found;
    }
}
