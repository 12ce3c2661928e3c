package dev.driveline.runtime.rest;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a route answers. */
public sealed interface Answer {

    /**
     * A whole body.
     *
     * @param body sent as {@code contentType}; empty for none
     */
    record Whole(int status, Map<String, String> headers, String contentType, byte[] body)
            implements Answer {

        /** The same with one more header. */
        public Whole with(String name, String value) {
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(name, value);
            return new Whole(status, more, contentType, body);
        }
    }

    /** Server-sent events until the source returns or the caller goes. */
    record Events(EventSource source) implements Answer {}

    /**
     * Lines of JSON ({@code application/x-ndjson}) until the source returns or the caller goes. A
     * problem that the source throws is the last line, as member {@code problem}.
     */
    record Lines(LineSource source) implements Answer {}

    /**
     * Text of any length until the source returns or the caller goes. What goes wrong on the way
     * resets the connection, so that nobody takes a part for the whole.
     */
    record Text(String contentType, TextSource source) implements Answer {}

    /** As {@link Text}, for what is no text. */
    record Bytes(String contentType, ByteSource source) implements Answer {}

    static Whole json(int status, Object value) {
        return new Whole(
                status, Map.of(), "application/json", dev.driveline.runtime.json.Json.bytes(value));
    }

    static Whole ok(Object value) {
        return json(200, value);
    }

    /** 201 with the new resource's place. */
    static Whole created(String location, Object value) {
        return json(201, value).with("Location", location);
    }

    /** 202 with the place to look. */
    static Whole accepted(String location, Object value) {
        return json(202, value).with("Location", location);
    }

    static Whole noContent() {
        return new Whole(204, Map.of(), "", new byte[0]);
    }

    static Whole bytes(int status, String contentType, byte[] body) {
        return new Whole(status, Map.of(), contentType, body);
    }

    /** Writes events on the virtual thread of its request. */
    @FunctionalInterface
    interface EventSource {
        void run(EventSink sink) throws Exception;
    }

    /** Writes lines on the virtual thread of its request. */
    @FunctionalInterface
    interface LineSource {
        void run(LineSink sink) throws Exception;
    }

    /** Where lines go; blocks while the caller reads too slowly. */
    @FunctionalInterface
    interface LineSink {

        /**
         * Sends a value as one line.
         *
         * @return false once the caller has gone
         */
        boolean send(Object value) throws InterruptedException;
    }

    /** Writes text on the virtual thread of its request. */
    @FunctionalInterface
    interface TextSource {
        void run(TextSink sink) throws Exception;
    }

    /** Where text goes; blocks while the caller reads too slowly. */
    @FunctionalInterface
    interface TextSink {

        /**
         * Sends a piece, best of some kilobytes.
         *
         * @return false once the caller has gone
         */
        boolean send(String text) throws InterruptedException;
    }

    /** Writes bytes on the virtual thread of its request. */
    @FunctionalInterface
    interface ByteSource {
        void run(ByteSink sink) throws Exception;
    }

    /** Where bytes go; blocks while the caller reads too slowly. */
    @FunctionalInterface
    interface ByteSink {

        /**
         * Sends a piece; it is not to be written any more.
         *
         * @return false once the caller has gone
         */
        boolean send(byte[] bytes) throws InterruptedException;
    }

    /** Where events go; blocks while the caller reads too slowly. */
    interface EventSink {

        /**
         * Sends one event.
         *
         * @param id what a caller sends back as Last-Event-ID; empty for none
         * @return false once the caller has gone
         */
        boolean send(String id, String event, Object data) throws InterruptedException;

        /** Sends a comment that keeps the connection alive; false once the caller has gone. */
        boolean keepAlive() throws InterruptedException;

        boolean closed();
    }
}
