package dev.driveline.can;

import java.util.List;

/** What became of a catalogue's files. */
public sealed interface Compilation {
    /** Everything that was odd or wrong, by bus and file, in the order of the buses. */
    List<Finding> findings();

    /** All files could be used; the findings are warnings. */
    record Compiled(Catalogue catalogue, List<Finding> findings) implements Compilation {
        public Compiled {
            findings = List.copyOf(findings);
        }
    }

    /** At least one finding is an ERROR. */
    record Refused(List<Finding> findings) implements Compilation {
        public Refused {
            findings = List.copyOf(findings);
        }
    }

    /** A diagnostic and the file it is about. */
    record Finding(String bus, String fileName, Diagnostic diagnostic) {
        @Override
        public String toString() {
            return bus + " " + fileName + ":" + diagnostic;
        }
    }
}
