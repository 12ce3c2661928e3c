package dev.driveline.can;

import java.util.ArrayList;
import java.util.List;

/** Collects diagnostics up to a limit. Of one parse, of one thread. */
final class Diagnostics {
    private final boolean strict;
    private final List<Diagnostic> found = new ArrayList<>();

    Diagnostics(boolean strict) {
        this.strict = strict;
    }

    void error(Token at, String text) {
        add(Diagnostic.Severity.ERROR, at, text);
    }

    /** A departure from the format; strictly an error. */
    void warning(Token at, String text) {
        add(strict ? Diagnostic.Severity.ERROR : Diagnostic.Severity.WARNING, at, text);
    }

    /** Doubtful, though as the format wants it. */
    void note(Token at, String text) {
        add(Diagnostic.Severity.NOTE, at, text);
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
