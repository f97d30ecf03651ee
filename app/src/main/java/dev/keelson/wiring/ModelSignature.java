package dev.keelson.wiring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.features.FeatureColumn;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * What a model takes and tells, as MLflow's clients look for it: the file {@code MLmodel} of a run with the model's signature, and
 * {@code input_example.json} with a few rows. The one flavor, {@code keelson}, names no loader: nothing of it can be run. Both
 * files lie beside the model and are no part of it: its hash does not know them.
 */
final class ModelSignature {
    /** The file with the signature. */
    static final String FILE = "MLmodel";
    /** The file with the rows. */
    static final String EXAMPLE = "input_example.json";
    /** Rows of an example. */
    static final int ROWS = 5;

    private static final ObjectMapper MAPPER = new ObjectMapper();
    /** A larger file with a signature is not read. */
    static final int MOST_BYTES = 4 << 20;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final List<String> features;
    private final Set<String> texts = new HashSet<>();
    private final List<String> outputs;

    /**
     * A signature.
     *
     * @param features the model's, in order
     * @param columns what the features are
     * @param outputs classes, or what numbers are told
     */
    ModelSignature(List<String> features, List<FeatureColumn> columns, List<String> outputs) {
        this.features = features;
        this.outputs = outputs;
        columns.stream().filter(FeatureColumn::category).map(FeatureColumn::name).forEach(texts::add);
    }

    /**
     * The files by their paths.
     *
     * @param run id of the run
     * @param sha256 of the model
     * @param folder where the model lies among the run's files
     * @param rows of features, NaN where one is missing; no outcomes
     * @param missing features that may be missing
     * @param text what a number of a text stands for, null where that is not known
     */
    SortedMap<String, byte[]> files(
            String run,
            String sha256,
            String folder,
            Instant made,
            List<double[]> rows,
            Set<String> missing,
            DoubleFunction<@Nullable String> text) {
        SortedMap<String, byte[]> files = new TreeMap<>();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("artifact_path", "");
        document.put("flavors", Map.of("keelson", sorted("data", folder, "sha256", sha256)));
        document.put("model_uuid", sha256.substring(0, 32));
        document.put("run_id", run);
        if (!rows.isEmpty()) {
            document.put(
                    "saved_input_example_info",
                    sorted("artifact_path", EXAMPLE, "pandas_orient", "split", "type", "dataframe"));
            files.put(EXAMPLE, example(rows, text).toString().getBytes(StandardCharsets.UTF_8));
        }
        document.put(
                "signature",
                sorted("inputs", inputs(missing).toString(), "outputs", outputs().toString()));
        document.put("utc_time_created", TIME.format(made));
        DumpSettings settings = DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.BLOCK)
                .setDefaultScalarStyle(ScalarStyle.SINGLE_QUOTED) // readers of older YAML take a plain time or number for one
                .setWidth(Integer.MAX_VALUE)
                .build();
        files.put(FILE, new Dump(settings).dumpToString(document).getBytes(StandardCharsets.UTF_8));
        return files;
    }

    private static Map<String, Object> sorted(String... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }

    private ArrayNode inputs(Set<String> missing) {
        ArrayNode inputs = JsonNodeFactory.instance.arrayNode();
        features.forEach(name -> inputs.addObject()
                .put("type", texts.contains(name) ? "string" : "double")
                .put("name", name)
                .put("required", !missing.contains(name)));
        return inputs;
    }

    private ArrayNode outputs() {
        ArrayNode told = JsonNodeFactory.instance.arrayNode();
        outputs.forEach(name ->
                told.addObject().put("type", "double").put("name", name).put("required", true));
        return told;
    }

    private ObjectNode example(List<double[]> rows, DoubleFunction<@Nullable String> text) {
        ObjectNode example = JsonNodeFactory.instance.objectNode();
        features.forEach(example.putArray("columns")::add);
        ArrayNode data = example.putArray("data");
        for (double[] row : rows) {
            ArrayNode values = data.addArray();
            for (int j = 0; j < row.length; j++) {
                if (Double.isNaN(row[j])) {
                    values.addNull();
                } else if (texts.contains(features.get(j))) {
                    values.add(text.apply(row[j]));
                } else {
                    values.add(row[j]);
                }
            }
        }
        return example;
    }

    /** The first rows of some columns. */
    static List<double[]> first(double[][] columns, int rows) {
        List<double[]> first = new ArrayList<>();
        for (int i = 0; i < Math.min(ROWS, rows); i++) {
            double[] row = new double[columns.length];
            for (int j = 0; j < row.length; j++) {
                row[j] = columns[j][i];
            }
            first.add(row);
        }
        return first;
    }

    /** The names of columns that have a missing value. */
    static Set<String> missing(List<String> names, double[][] columns) {
        Set<String> missing = new HashSet<>();
        for (int j = 0; j < columns.length; j++) {
            for (double value : columns[j]) {
                if (Double.isNaN(value)) {
                    missing.add(names.get(j));
                    break;
                }
            }
        }
        return missing;
    }

    /**
     * The signature in a file {@code MLmodel}, whoever wrote it, as {@code {"inputs": [...], "outputs": [...]}}; null when it has
     * none that can be read.
     */
    static @Nullable ObjectNode read(byte[] file) {
        if (file.length > MOST_BYTES) {
            return null;
        }
        try {
            Object document = new Load(LoadSettings.builder().setMaxAliasesForCollections(0).build())
                    .loadFromString(new String(file, StandardCharsets.UTF_8));
            if (!(document instanceof Map<?, ?> map) || !(map.get("signature") instanceof Map<?, ?> signature)) {
                return null;
            }
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            for (String side : List.of("inputs", "outputs")) {
                JsonNode columns =
                        signature.get(side) instanceof String text ? MAPPER.readTree(text) : MAPPER.createArrayNode();
                node.set(side, columns.isArray() ? columns : MAPPER.createArrayNode());
            }
            return node;
        } catch (YamlEngineException | JsonProcessingException e) {
            return null; // a client's file, of another form
        }
    }
}
