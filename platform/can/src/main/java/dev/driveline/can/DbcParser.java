package dev.driveline.can;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Reads DBC files as people have them. It never throws because of its input: what is odd is used
 * and reported as a WARNING, what cannot be used is left out and reported as an ERROR, both with
 * line and column; the rest of the file is read in any case. Pure functions, any thread.
 *
 * <p>Source: Vector's DBC description 1.0.1, cantools' reading of it, and the files of opendbc.
 * Extended multiplexing ({@code mNM}, {@code SG_MUL_VAL_}) is recognised and not yet decoded.
 */
public final class DbcParser {
    private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

    private DbcParser() {}

    /** Reads a file's bytes: UTF-8 where they are valid as such, else windows-1252. */
    public static DbcParse parse(byte[] bytes, String name) {
        if (bytes.length > DbcLimits.MAX_FILE_BYTES) {
            return refused(name, bytes.length, "bytes");
        }
        return parse(text(bytes), name);
    }

    /** Reads a text. */
    public static DbcParse parse(String text, String name) {
        if (text.length() > DbcLimits.MAX_FILE_BYTES) {
            return refused(name, text.length(), "characters");
        }
        var diagnostics = new Diagnostics();
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
