package dev.keelson.catboost;

import dev.keelson.frame.CategoryKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Models small enough to be evaluated by hand. */
final class CbmFiles {
    private static final String FORMAT = "FlabuffersModel_v1";

    private CbmFiles() {}

    static CbmBytes number(int index, int column, String name, float... borders) {
        return new CbmBytes().with(1, index).with(2, column).with(3, borders).with(4, name);
    }

    static CbmBytes category(int index, int column, String name) {
        return new CbmBytes().with(0, index).with(1, column).with(2, name);
    }

    private static CbmBytes note(String key, String value) {
        return new CbmBytes().with(0, key).with(1, value);
    }

    /** The least that the library takes without a warning. */
    private static String params(String loss) {
        return """
               {"flat_params":{"loss_function":"%s"},"loss_function":{"type":"%s","params":{}},"task_type":"CPU",
               "metrics":{"eval_metric":{"type":"%s","params":{}}}}""".formatted(loss, loss, loss);
    }

    static byte[] file(CbmBytes trees, String loss, String labels, byte[]... parts) {
        CbmBytes core = new CbmBytes()
                .with(0, FORMAT)
                .with(1, trees)
                .with(
                        2,
                        List.of(
                                note("class_params", "{\"class_names\":[%s],\"class_to_label\":[]}".formatted(labels)),
                                note("params", params(loss))));
        if (parts.length > 0) {
            core.with(3, List.of("static_provider_v1"));
        }
        return CbmBytes.file(core, parts);
    }

    static CbmBytes trees(int dimension, int[] splits, int[] sizes, double... leaves) {
        int[] starts = new int[sizes.length];
        for (int i = 1; i < starts.length; i++) {
            starts[i] = starts[i - 1] + sizes[i - 1];
        }
        return new CbmBytes()
                .with(0, dimension)
                .with(1, splits)
                .with(2, sizes)
                .with(3, starts)
                .with(8, leaves)
                .with(14, 1.0);
    }

    /** Lost or won, by x above 0.5 (-1 or 0.75) and by y above 2 and x above 0.25 (0.1 to 0.4), with 0.5 added to all. */
    static CbmBytes binaryTrees() {
        return trees(1, new int[] {1, 0, 2}, new int[] {1, 2}, -1, 0.75, 0.1, 0.2, 0.3, 0.4)
                .with(5, List.of(number(0, 0, "x", 0.25f, 0.5f), number(1, 1, "y", 2)))
                .with(16, new double[] {0.5});
    }

    static byte[] binary() {
        return file(binaryTrees(), "Logloss", "\"lost\",\"won\"");
    }

    /** a, b or c: x above 1 tells (0, 0, 2), the sport being tennis (1, 2, 3), and not (-1, -2, -3). */
    static byte[] classes() {
        CbmBytes trees = trees(3, new int[] {0, 1}, new int[] {1, 1}, 0, 0, 0, 0, 0, 2, -1, -2, -3, 1, 2, 3)
                .with(4, List.of(category(0, 0, "sport")))
                .with(5, List.of(number(0, 1, "x", 1)))
                .with(
                        6,
                        List.of(new CbmBytes()
                                .with(0, 0)
                                .with(1, new int[] {CategoryKey.hash32(CategoryKey.of("tennis"))})));
        return file(trees, "MultiClass", "\"a\",\"b\",\"c\"");
    }

    /** 10 for sports that one row of four or more is of, else 20; tennis has 3 of 4 rows, golf 1. */
    static byte[] value() {
        return file(countingTrees(), "RMSE", "", CbmBytes.counts(table(0, 1, 8)));
    }

    static CbmBytes countingTrees() {
        CbmBytes count = new CbmBytes().with(0, base()).with(2, 0f).with(3, 0f).with(4, 0f).with(5, 1f);
        return trees(1, new int[] {0}, new int[] {1}, 20, 10)
                .with(4, List.of(category(0, 0, "sport")))
                .with(5, List.of(number(0, 1, "x")))
                .with(7, List.of(new CbmBytes().with(0, count).with(1, new float[] {0.5f})));
    }

    /** How often sports are. */
    private static CbmBytes base() {
        return new CbmBytes()
                .with(0, new CbmBytes().with(0, new int[] {0}))
                .with(1, (byte) 5);
    }

    /**
     * Rows of tennis and golf.
     *
     * @param tennis which count is that of tennis
     * @param buckets of the table
     */
    static CbmBytes table(int tennis, int golf, int buckets) {
        ByteBuffer table = ByteBuffer.allocate(12 * buckets).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < buckets; i++) {
            table.putLong(12 * i, -1);
        }
        put(table, "tennis", tennis);
        put(table, "golf", golf);
        ByteBuffer counts = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(3).putInt(1);
        return new CbmBytes()
                .with(0, base())
                .with(1, table.array())
                .with(2, counts.array())
                .with(3, 4)
                .with(4, 0);
    }

    /** The hash of a combination of one category. */
    private static void put(ByteBuffer table, String text, int count) {
        long multiplier = 0x4906ba494954cb65L;
        long hash = multiplier * (multiplier * (long) CategoryKey.hash32(CategoryKey.of(text)));
        int buckets = table.capacity() / 12;
        int at = (int) (hash & (buckets - 1));
        while (table.getLong(12 * at) != -1) {
            at = (at + 1) % buckets;
        }
        table.putLong(12 * at, hash).putInt(12 * at + 8, count);
    }
}
