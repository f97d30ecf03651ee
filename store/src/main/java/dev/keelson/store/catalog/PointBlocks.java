package dev.keelson.store.catalog;

import java.util.HashMap;
import java.util.Map;

/**
 * Where points of runs go. A block has those that came one after the other, by metric: a call that brings one point of each of a
 * thousand metrics writes a few pages of its end, not a page for each metric; and a metric is read from as many places as
 * there are blocks. In a database whose tables are in the order of arrival a run has one block. Used by one thread at a time.
 */
final class PointBlocks {
    /** So many points, and what the last call brought beyond them. */
    private static final int FULL = 4_096;

    private static final int MOST_RUNS = 10_000;

    /** A condition that leaves out blocks {@code b} without any step from the second to the first parameter. */
    static final String WITH_STEPS = " and (b.last_step is null or (b.first_step <= ? and b.last_step >= ?))";

    private final CatalogSession session;
    private final Map<Long, Block> last = new HashMap<>();

    PointBlocks(CatalogSession session) {
        this.session = session;
    }

    /**
     * The last block of a run.
     *
     * @param points at least so many are in it when it is not full
     */
    private record Block(int number, int points) {}

    /** Some of what was written is no longer there. */
    void clear() {
        last.clear();
    }

    /** The block for points that one call brings. */
    int forPoints(long run, int points) {
        Block block = last.get(run);
        if (block == null) {
            block = find(run);
        }
        if (block.points() >= FULL && session.dialect().ordersRows()) {
            close(run, block.number());
            block = add(run, block.number() + 1);
        }
        if (last.size() >= MOST_RUNS) {
            last.clear();
        }
        last.put(run, new Block(block.number(), Math.min(FULL, block.points() + points)));
        return block.number();
    }

    private Block find(long run) {
        Long number = session.number("select max(block) from run_blocks where run = ? having count(*) > 0", run);
        if (number == null) {
            return add(run, 0);
        }
        Long points = session.number(
                "select count(*) from (select 1 from metric_points where run = ? and block = ? limit " + FULL + ") p",
                run,
                number);
        return new Block(Math.toIntExact(number), points == null ? 0 : Math.toIntExact(points));
    }

    private void close(long run, int number) {
        session.update(
                "update run_blocks set (first_step, last_step) = (select min(step), max(step) from metric_points"
                        + " where run = ? and block = ?) where run = ? and block = ?",
                run,
                number,
                run,
                number);
    }

    private Block add(long run, int number) {
        session.update("insert into run_blocks (run, block) values (?, ?) on conflict do nothing", run, number);
        return new Block(number, 0);
    }
}
