package dev.keelson.monitor;

import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import dev.keelson.monitor.spi.DriftData;

/**
 * A table in memory.
 *
 * @param name what it is, for people
 * @param frame its rows, in order of time where there is one
 */
public record FrameData(String name, Frame frame) implements DriftData {
    @Override
    public Schema schema() {
        return frame.schema();
    }

    @Override
    public int rows() {
        return frame.rows();
    }

    @Override
    public Vector column(String column) {
        return frame.vector(column);
    }
}
