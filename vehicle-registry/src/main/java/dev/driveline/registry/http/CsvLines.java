package dev.driveline.registry.http;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.registry.bulk.BulkLine;
import dev.driveline.registry.vehicle.VehicleLabels;
import dev.driveline.runtime.rest.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lines of CSV after a header such as {@code vin,model,state,tboxSerial,label.region}. An empty
 * cell is none; a line break within quotes does not begin a line. Source: RFC 4180.
 *
 * <p>Throws InvalidValueException where the file as a whole cannot be read on.
 */
final class CsvLines implements Iterator<BulkLine> {

    private static final int MAX_CELL = 10_000;
    private static final int MAX_COLUMNS = 4 + VehicleLabels.MAX;
    private static final String LABEL = "label.";
    private static final Set<String> COLUMNS = Set.of("vin", "model", "state", "tboxSerial");

    private static final CsvMapper CSV =
            CsvMapper.builder(
                            CsvFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxStringLength(MAX_CELL)
                                                    .build())
                                    .build())
                    .enable(CsvParser.Feature.WRAP_AS_ARRAY)
                    .build();

    private final BulkFile file;
    private final MappingIterator<String[]> rows;
    private final List<String> header;
    private long number;
    private @Nullable BulkLine next;

    /**
     * @throws InvalidValueException if the header misses a column, or has one that is not known or
     *     twice
     */
    CsvLines(InputStream body, BulkFile file) {
        this.file = file;
        try {
            this.rows = CSV.readerFor(String[].class).readValues(body);
        } catch (IOException | ProblemException unreadable) {
            throw BulkFile.unreadable("CSV", 1, unreadable);
        }
        String[] first = row();
        this.header = headerOf(first == null ? List.of() : Arrays.asList(first));
    }

    private static List<String> headerOf(List<String> cells) {
        List<String> names = cells.stream().map(String::strip).toList();
        for (String required : List.of("vin", "model")) {
            if (!names.contains(required)) {
                throw new InvalidValueException(
                        "CSV header", names, "expected the columns vin and model among others");
            }
        }
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!COLUMNS.contains(name) && !name.startsWith(LABEL)) {
                throw new InvalidValueException(
                        "CSV column", name, "expected one of " + COLUMNS + " or label.KEY");
            }
            if (!seen.add(name)) {
                throw new InvalidValueException("CSV column", name, "is there twice");
            }
        }
        if (names.size() > MAX_COLUMNS) {
            throw new InvalidValueException("CSV columns", names.size(), "at most " + MAX_COLUMNS);
        }
        return names;
    }

    @Override
    public boolean hasNext() {
        while (next == null) {
            String[] cells = row();
            if (cells == null) {
                return false;
            }
            if (cells.length > 1 || (cells.length == 1 && !cells[0].isBlank())) {
                next = lineOf(cells);
            }
        }
        return true;
    }

    @Override
    public BulkLine next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException();
        }
        BulkLine line = next;
        next = null;
        return line;
    }

    private String @Nullable [] row() {
        try {
            number++;
            return rows.hasNextValue() ? rows.nextValue() : null;
        } catch (IOException | ProblemException unreadable) {
            throw BulkFile.unreadable("CSV", number, unreadable);
        }
    }

    private BulkLine lineOf(String[] cells) {
        if (cells.length > header.size()) {
            return BulkFile.unusable(
                    number,
                    ErrorCode.INVALID_REQUEST,
                    cells.length + " cells, the header has " + header.size());
        }
        Map<String, String> values = new HashMap<>();
        Map<String, String> labels = new HashMap<>();
        for (int i = 0; i < cells.length; i++) {
            String value = cells[i].strip();
            String name = header.get(i);
            if (value.isEmpty()) {
                continue;
            }
            if (name.startsWith(LABEL)) {
                labels.put(name.substring(LABEL.length()), value);
            } else {
                values.put(name, value);
            }
        }
        return file.line(
                number,
                new BulkFile.Row(
                        values.get("vin"),
                        values.get("model"),
                        values.get("state"),
                        values.get("tboxSerial"),
                        labels));
    }
}
