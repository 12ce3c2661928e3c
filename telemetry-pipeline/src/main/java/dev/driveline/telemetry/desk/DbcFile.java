package dev.driveline.telemetry.desk;

import dev.driveline.can.Dbc;
import dev.driveline.can.DbcLimits;
import dev.driveline.can.DbcParse;
import dev.driveline.can.DbcParser;
import dev.driveline.can.Diagnostic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/** A DBC file that was read, and what was found in it. */
record DbcFile(Path path, DbcParse parse) {

    /** Throws IOException, naming the file, where it cannot be read or is too large. */
    static DbcFile read(Path path, boolean strict) throws IOException {
        byte[] bytes;
        try {
            long size = Files.size(path);
            if (size > DbcLimits.MAX_FILE_BYTES) {
                throw new IOException(
                        "%s has %,d bytes, more than %,d"
                                .formatted(path, size, DbcLimits.MAX_FILE_BYTES));
            }
            bytes = Files.readAllBytes(path);
        } catch (NoSuchFileException missing) {
            throw new IOException("There is no file " + path, missing);
        }
        String name = String.valueOf(path.getFileName());
        return new DbcFile(
                path, strict ? DbcParser.parseStrictly(bytes, name) : DbcParser.parse(bytes, name));
    }

    Dbc model() {
        return parse.model();
    }

    /** {@code file:line:column: severity: text}, as compilers write it. */
    String shown(Diagnostic one) {
        String place = one.line() == 0 ? "" : ":%d:%d".formatted(one.line(), one.column());
        return "%s%s: %s: %s"
                .formatted(path, place, one.severity().name().toLowerCase(Locale.ROOT), one.text());
    }
}
