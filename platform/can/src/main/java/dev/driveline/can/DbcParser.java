package dev.driveline.can;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Reads DBC files as people have them. It never throws because of its input: what is odd is used
 * and reported as a WARNING, what cannot be used is left out and reported as an ERROR, what is
 * doubtful is reported as a NOTE, all with line and column; the rest of the file is read in any
 * case. Read strictly, what is odd is an ERROR too. Pure functions, any thread.
 *
 * <p>Source: Vector's DBC description 1.0.1, cantools' reading of it, and the files of opendbc.
 */
public final class DbcParser {
    private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

    private DbcParser() {}

    /** Reads a file's bytes: UTF-8 where they are valid as such, else windows-1252. */
    public static DbcParse parse(byte[] bytes, String name) {
        return parse(bytes, name, false);
    }

    /** The same, strictly: whatever departs from the format is an ERROR. */
    public static DbcParse parseStrictly(byte[] bytes, String name) {
        return parse(bytes, name, true);
    }

    private static DbcParse parse(byte[] bytes, String name, boolean strict) {
        if (bytes.length > DbcLimits.MAX_FILE_BYTES) {
            return refused(name, bytes.length, "bytes");
        }
        return parse(text(bytes), name, strict);
    }

    /** Reads a text. */
    public static DbcParse parse(String text, String name) {
        return parse(text, name, false);
    }

    private static DbcParse parse(String text, String name, boolean strict) {
        if (text.length() > DbcLimits.MAX_FILE_BYTES) {
            return refused(name, text.length(), "characters");
        }
        var diagnostics = new Diagnostics(strict);
        var draft = new DbcDraft(diagnostics);
        var tokens = new TokenStream(new Tokenizer(text, diagnostics), diagnostics);
        new DbcStatements(tokens, draft, diagnostics).readAll();
        Dbc model = draft.build(name);
        return new DbcParse(model, diagnostics.found());
    }

    private static DbcParse refused(String name, int size, String unit) {
        String text =
                "file %s has %d %s, more than %d"
                        .formatted(name, size, unit, DbcLimits.MAX_FILE_BYTES);
        return new DbcParse(
                new Dbc(name, "", List.of()),
                List.of(new Diagnostic(Diagnostic.Severity.ERROR, 0, 0, text)));
    }

    private static String text(byte[] bytes) {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            return new String(bytes, WINDOWS_1252);
        }
    }
}
