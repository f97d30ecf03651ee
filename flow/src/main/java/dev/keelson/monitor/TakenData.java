package dev.keelson.monitor;

import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import dev.keelson.monitor.spi.DriftData;

/** Some rows of a table, in an order of their own. */
public final class TakenData implements DriftData {
    private final String name;
    private final DriftData whole;
    private final int[] positions;

    /** @param positions of the rows taken, in order */
    public TakenData(String name, DriftData whole, int[] positions) {
        this.name = name;
        this.whole = whole;
        this.positions = positions.clone();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Schema schema() {
        return whole.schema();
    }

    @Override
    public int rows() {
        return positions.length;
    }

    @Override
    public Vector column(String column) {
        return whole.column(column).take(positions);
    }
}
