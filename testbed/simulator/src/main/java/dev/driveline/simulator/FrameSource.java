package dev.driveline.simulator;

import java.io.IOException;

/** Where a TBox's frames come from. */
@FunctionalInterface
public interface FrameSource {

    /** Gives frames until there are none or the thread is interrupted; keeps the pace itself. */
    void run(FrameSink sink) throws IOException, InterruptedException;
}
