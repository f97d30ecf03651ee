package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.features.FeatureColumn;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

class ModelSignatureTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String SHA256 = "0123456789abcdef".repeat(4);

    private static SortedMap<String, byte[]> files() {
        List<FeatureColumn> columns = List.of(
                new FeatureColumn("elo \"gap\": 1", FeatureColumn.Origin.REQUEST, null, null, null),
                new FeatureColumn("league", FeatureColumn.Origin.REQUEST, null, null, null, true));
        double[][] values = {{1.5, Double.NaN}, {7, 8}};
        List<String> names = columns.stream().map(FeatureColumn::name).toList();
        return new ModelSignature(names, columns, List.of("H", "A"))
                .files(
                        "0a1b",
                        SHA256,
                        "model/",
                        Instant.parse("2026-06-01T12:00:00Z"),
                        ModelSignature.first(values, 2),
                        ModelSignature.missing(names, values),
                        key -> key == 7 ? "north" : null);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void fileIsOfTheFormThatClientsKnow() {
        String file = text(Objects.requireNonNull(files().get(ModelSignature.FILE)));

        assertThat(file)
                .contains("'run_id': '0a1b'\n", "'model_uuid': '0123456789abcdef0123456789abcdef'\n", "  'keelson':\n")
                .contains("'utc_time_created': '2026-06-01 12:00:00.000000'\n", "  'pandas_orient': 'split'\n")
                .doesNotContain("loader_module", "python_function");
        assertThat(text(Objects.requireNonNull(files().get(ModelSignature.FILE)))).isEqualTo(file);
    }

    @Test
    void signatureIsReadAsItWasWritten() throws Exception {
        ObjectNode signature = ModelSignature.read(Objects.requireNonNull(files().get(ModelSignature.FILE)));

        assertThat(signature)
                .isEqualTo(MAPPER.readTree("""
                        {"inputs":[{"type":"double","name":"elo \\"gap\\": 1","required":false},
                                   {"type":"string","name":"league","required":true}],
                         "outputs":[{"type":"double","name":"H","required":true},{"type":"double","name":"A","required":true}]}
                        """));
    }

    @Test
    void exampleHasRowsWithoutOutcomes() throws Exception {
        assertThat(MAPPER.readTree(files().get(ModelSignature.EXAMPLE)))
                .isEqualTo(MAPPER.readTree("""
                        {"columns":["elo \\"gap\\": 1","league"],"data":[[1.5,"north"],[null,null]]}
                        """));
    }

    @Test
    void filesOfOthersAreReadOrLeft() {
        assertThat(ModelSignature.read("signature:\n  inputs: '[{\"type\": \"long\", \"name\": \"x\"}]'\n  outputs: null\n"
                        .getBytes(StandardCharsets.UTF_8)))
                .hasToString("{\"inputs\":[{\"type\":\"long\",\"name\":\"x\"}],\"outputs\":[]}");
        for (String other : List.of("", "[1", "a: b", "signature: 3", "signature:\n  inputs: '{'\n", "!!python/object:os.x {}")) {
            assertThat(ModelSignature.read(other.getBytes(StandardCharsets.UTF_8))).as(other).isNull();
        }
    }
}
