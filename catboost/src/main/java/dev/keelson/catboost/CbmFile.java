package dev.keelson.catboost;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.learn.imported.FileLink;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code .cbm} file holds, read before the library sees it, which trusts what the file says of itself: every place in
 * it that the library goes to is checked here. Refused are texts and embeddings as features, and losses whose scores are no
 * prediction even by a {@link FileLink}.
 *
 * <p>Source: the schema {@code model.fbs} of CatBoost, {@code FlabuffersModel_v1}.
 *
 * @param features in the order of the columns that the model was trained on
 * @param dimension numbers that it tells
 * @param trees how many
 * @param labels of its classes, in order; empty when it does not name them
 * @param loss that it was trained for; empty when it does not say
 * @param link from its numbers to a prediction
 */
record CbmFile(List<Feature> features, int dimension, int trees, List<String> labels, String loss, FileLink link) {
    private static final int MAGIC = 'C' | 'B' << 8 | 'M' << 16 | '1' << 24;
    private static final String FORMAT = "FlabuffersModel_v1";
    private static final String CATEGORY_COUNTS = "static_provider_v1";
    private static final long MOST_BYTES = 256L << 20;
    private static final int MOST_FEATURES = 100_000;
    private static final int MOST_OUTPUTS = 10_000;
    private static final int MOST_DEPTH = 24;
    private static final int SPLITS_PER_BIN = 254;
    private static final int BUCKET_BYTES = 12;
    private static final long EMPTY = -1;
    private static final int DENOMINATED = 4;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Their scores are logarithms, or of several labels at once. */
    private static final Set<String> OTHER_SCALES = Set.of(
            "Poisson",
            "Tweedie",
            "LogLinQuantile",
            "SurvivalAft",
            "Cox",
            "MultiClassOneVsAll",
            "MultiLogloss",
            "MultiCrossEntropy",
            "RMSEWithUncertainty");

    /**
     * A column.
     *
     * @param name its position when it has no other
     * @param index among those of its kind
     * @param column among all
     */
    record Feature(String name, boolean category, int index, int column) {}

    CbmFile {
        features = List.copyOf(features);
        labels = List.copyOf(labels);
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if it is damaged or holds what is not evaluated
     */
    static CbmFile read(byte[] file) {
        if (file.length > MOST_BYTES) {
            throw new IllegalArgumentException("The file has %d bytes; at most %d are expected."
                    .formatted(file.length, MOST_BYTES));
        }
        try {
            return new Walk(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN)).file();
        } catch (IndexOutOfBoundsException | BufferUnderflowException | ArithmeticException e) {
            throw new IllegalArgumentException("The file is damaged, or no model of CatBoost.", e);
        }
    }

    /** Whether the columns have names, rather than positions. */
    boolean named() {
        return !IntStream.range(0, features.size())
                .allMatch(i -> features.get(i).name().equals(String.valueOf(features.get(i).column())));
    }

    private static IllegalArgumentException damaged(String what) {
        return new IllegalArgumentException("The file is damaged: %s.".formatted(what));
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw damaged(what);
        }
    }

    /** Reads the parts of a file one after the other. */
    private static final class Walk {
        private final ByteBuffer bytes;
        private final List<Feature> features = new ArrayList<>();
        private int splits;
        private int bins;

        Walk(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        CbmFile file() {
            require(bytes.remaining() > Integer.BYTES && bytes.getInt() == MAGIC, "it does not begin as a model of CatBoost");
            FlatTable core = FlatTable.root(part());
            String format = core.text(0);
            if (!FORMAT.equals(format)) {
                throw new IllegalArgumentException(
                        "The file is of the format %s; %s is expected.".formatted(format, FORMAT));
            }
            FlatTable trees = core.table(1);
            if (trees == null) {
                throw damaged("it has no trees");
            }
            Map<String, String> notes = new HashMap<>();
            for (FlatTable note : core.tables(2)) {
                notes.put(String.valueOf(note.text(0)), String.valueOf(note.text(1)));
            }
            features(trees);
            Map<String, Integer> counted = counted(trees);
            trees(trees);
            List<String> parts = core.texts(3);
            for (String part : parts) {
                if (!part.equals(CATEGORY_COUNTS)) {
                    throw new IllegalArgumentException(
                            "The file has a part %s, which is not evaluated: numbers and categories alone are."
                                    .formatted(part));
                }
            }
            require(parts.size() <= 1, "it has a part twice");
            Set<String> tables = parts.isEmpty() ? Set.of() : tables(counted);
            require(tables.containsAll(counted.keySet()), "it lacks counts of categories");
            require(!bytes.hasRemaining(), "something follows its end");
            String loss = loss(notes.get("params"));
            if (OTHER_SCALES.contains(loss)) {
                throw new IllegalArgumentException("The file was trained for the loss %s, whose scores are not evaluated."
                        .formatted(loss));
            }
            FileLink link = switch (loss) {
                case "Logloss", "CrossEntropy" -> FileLink.LOGISTIC;
                case "MultiClass" -> FileLink.SOFTMAX;
                default -> FileLink.NONE;
            };
            return new CbmFile(
                    features,
                    trees.whole(0, 0),
                    trees.length(2, Integer.BYTES),
                    labels(notes.get("class_params")),
                    loss,
                    link);
        }

        /** The bytes of the next part, after their number. */
        private ByteBuffer part() {
            int length = count();
            ByteBuffer part = bytes.slice(bytes.position(), length);
            bytes.position(bytes.position() + length);
            return part;
        }

        private int count() {
            int count = bytes.getInt();
            if (count < 0 || count > bytes.remaining()) {
                throw new IndexOutOfBoundsException("A part ends after the file.");
            }
            return count;
        }

        private void features(FlatTable trees) {
            if (trees.length(12, Integer.BYTES) + trees.length(13, Integer.BYTES) + trees.length(18, Integer.BYTES) > 0) {
                throw new IllegalArgumentException(
                        "The file reads texts by their words, or embeddings; numbers and categories alone are evaluated.");
            }
            Set<Integer> columns = new HashSet<>();
            List<FlatTable> categories = trees.tables(4);
            List<FlatTable> numbers = trees.tables(5);
            if (categories.size() + numbers.size() > MOST_FEATURES) {
                throw new IllegalArgumentException("The file reads %d columns; at most %d are expected."
                        .formatted(categories.size() + numbers.size(), MOST_FEATURES));
            }
            Set<Integer> indexes = new HashSet<>();
            for (FlatTable each : categories) {
                add(each.whole(0, -1), each.whole(1, -1), each.text(2), true, columns, indexes);
            }
            indexes.clear();
            for (FlatTable each : numbers) {
                add(each.whole(1, -1), each.whole(2, -1), each.text(4), false, columns, indexes);
                split(each.length(3, Float.BYTES));
            }
            features.sort(Comparator.comparingInt(Feature::column));
            require(
                    features.isEmpty() || features.getLast().column() < features.size(),
                    "a column lies beyond the others"); // the library counts on it
            Set<Integer> known = new HashSet<>();
            features.stream().filter(Feature::category).forEach(each -> known.add(each.index()));
            for (FlatTable each : trees.tables(6)) {
                require(known.contains(each.whole(0, -1)), "it asks for a category that it does not have");
                split(each.length(1, Integer.BYTES));
            }
        }

        private void add(
                int index, int column, @Nullable String name, boolean category, Set<Integer> columns, Set<Integer> indexes) {
            require(
                    index >= 0 && index < MOST_FEATURES && column >= 0 && column < MOST_FEATURES,
                    "the position of a column is none");
            require(columns.add(column) && indexes.add(index), "two columns have one position");
            String known = name == null || name.isEmpty() ? String.valueOf(column) : name;
            features.add(new Feature(known, category, index, column));
        }

        private void split(int count) {
            splits = Math.addExact(splits, count);
            bins = Math.addExact(bins, Math.ceilDiv(count, SPLITS_PER_BIN));
        }

        /** For each count of categories that trees split on, how many classes it must have. */
        private Map<String, Integer> counted(FlatTable trees) {
            Map<String, Integer> counted = new HashMap<>();
            for (FlatTable each : trees.tables(7)) {
                FlatTable count = each.table(0);
                if (count == null) {
                    throw damaged("a split on counts does not say which");
                }
                FlatTable base = count.table(0);
                if (base == null) {
                    throw damaged("a split on counts does not say of what");
                }
                int border = count.whole(1, 0);
                require(border >= 0 && border < MOST_OUTPUTS, "a count is of no class");
                counted.merge(key(base), border + 1, Math::max);
                split(each.length(1, Float.BYTES));
            }
            return counted;
        }

        private static String key(FlatTable base) {
            FlatTable of = base.table(0);
            if (of == null) {
                throw damaged("counts are of nothing");
            }
            return "%s %s %s %d %d"
                    .formatted(
                            Arrays.toString(of.wholes(0)),
                            hex(of.vector(1, Long.BYTES)),
                            hex(of.vector(2, Long.BYTES)),
                            base.octet(1),
                            base.whole(2, 0));
        }

        private static String hex(ByteBuffer vector) {
            byte[] copied = new byte[vector.remaining()];
            vector.get(copied);
            return HexFormat.of().formatHex(copied);
        }

        private void trees(FlatTable trees) {
            int dimension = trees.whole(0, 0);
            require(dimension >= 1 && dimension <= MOST_OUTPUTS, "it tells no number");
            int[] nodes = trees.wholes(1);
            int[] sizes = trees.wholes(2);
            int[] starts = trees.wholes(3);
            int values = trees.length(8, Double.BYTES);
            require(sizes.length == starts.length, "its trees are not as many as their starts");
            for (int node : nodes) {
                require(node >= 0 && (node < splits || (splits == 0 && node == 0)), "a tree splits on nothing");
            }
            int next = 0;
            for (int t = 0; t < sizes.length; t++) {
                require(starts[t] == next && sizes[t] >= 0, "its trees do not follow one another");
                next = Math.addExact(next, sizes[t]);
            }
            require(next == nodes.length, "its trees do not have as many splits as they say");
            ByteBuffer steps = trees.vector(10, Integer.BYTES);
            int[] places = trees.wholes(11);
            if (steps.hasRemaining() || places.length > 0) {
                uneven(steps, places, sizes, starts, dimension, values);
            } else {
                require(splits > 0 || nodes.length == 0, "a tree splits on nothing");
                long leaves = 0;
                for (int size : sizes) {
                    require(size <= MOST_DEPTH, "a tree is too deep");
                    leaves += (long) dimension << size;
                }
                require(leaves == values, "its leaves have not as many values as they need");
            }
            int bias = trees.length(16, Double.BYTES);
            require(bias == 0 || bias == dimension, "its bias has another size than its numbers");
            packed(trees.vector(17, Integer.BYTES), nodes.length);
        }

        /** Trees of nodes, each of which says how far its two sides are; 0 is a leaf. */
        private static void uneven(
                ByteBuffer steps, int[] places, int[] sizes, int[] starts, int dimension, int values) {
            int count = steps.remaining() / Integer.BYTES;
            int nodes = sizes.length == 0 ? 0 : starts[sizes.length - 1] + sizes[sizes.length - 1];
            require(count == nodes && places.length == nodes, "its trees have not as many steps as splits");
            for (int t = 0; t < sizes.length; t++) {
                int end = starts[t] + sizes[t];
                require(sizes[t] > 0, "a tree has no leaf");
                for (int node = starts[t]; node < end; node++) {
                    int left = steps.getShort(node * Integer.BYTES) & 0xffff;
                    int right = steps.getShort(node * Integer.BYTES + Short.BYTES) & 0xffff;
                    require(node + left < end && node + right < end, "a tree leads out of itself");
                    long leaf = places[node] & 0xffffffffL;
                    require((left != 0 && right != 0) || leaf + dimension <= values, "a leaf has no value");
                }
            }
        }

        private void packed(ByteBuffer packed, int nodes) {
            int count = packed.remaining() / Integer.BYTES;
            require(count == 0 || count == nodes, "its packed splits are not as many as its splits");
            for (int i = 0; i < count; i++) {
                int bin = packed.getShort(i * Integer.BYTES) & 0xffff;
                require(bin < bins || (bins == 0 && bin == 0), "a packed split is on nothing");
            }
        }

        /** The counts of categories, by what they count. */
        private Set<String> tables(Map<String, Integer> counted) {
            int count = count();
            Set<String> tables = new HashSet<>();
            for (int i = 0; i < count; i++) {
                FlatTable table = FlatTable.root(part());
                FlatTable base = table.table(0);
                if (base == null) {
                    throw damaged("counts do not say of what");
                }
                String key = key(base);
                int classes = table.whole(4, 0);
                int type = base.octet(1);
                boolean byClass = type == 0 || type == 1;
                require(type >= 0 && type <= 5, "counts are of an unknown kind");
                if (byClass) {
                    require(
                            classes >= Math.max(2, counted.getOrDefault(key, 1)) && classes <= MOST_OUTPUTS,
                            "counts are of fewer classes than are asked for");
                }
                int width = byClass ? classes * Integer.BYTES : type >= DENOMINATED ? Integer.BYTES : Long.BYTES;
                int entries = table.length(2, 1) / width;
                buckets(table.vector(1, 1), entries);
                require(tables.add(key), "counts are there twice");
            }
            return tables;
        }

        private static void buckets(ByteBuffer buckets, int entries) {
            int count = buckets.remaining() / BUCKET_BYTES;
            require(
                    Integer.bitCount(count) == 1 && count * BUCKET_BYTES == buckets.remaining(),
                    "the table of a count has no size that it may have");
            boolean ends = false;
            for (int i = 0; i < count; i++) {
                if (buckets.getLong(i * BUCKET_BYTES) == EMPTY) {
                    ends = true;
                } else {
                    long entry = buckets.getInt(i * BUCKET_BYTES + Long.BYTES) & 0xffffffffL;
                    require(entry < entries, "a category has no count");
                }
            }
            require(ends, "the table of a count is full");
        }

        private static String loss(@Nullable String params) {
            return json(params).path("loss_function").path("type").asText("");
        }

        private static List<String> labels(@Nullable String text) {
            JsonNode params = json(text);
            JsonNode names = params.path("class_names");
            JsonNode order = params.path("class_to_label");
            List<String> labels = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                labels.add(names.path(order.size() == names.size() ? order.path(i).asInt(i) : i).asText());
            }
            return labels;
        }

        private static JsonNode json(@Nullable String text) {
            try {
                return text == null ? JSON.missingNode() : JSON.readTree(text);
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException("The file is damaged: what it says of its training is no JSON.", e);
            }
        }
    }
}
