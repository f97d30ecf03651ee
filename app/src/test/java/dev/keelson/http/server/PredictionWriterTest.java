package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.Prediction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class PredictionWriterTest {
    private static final Instant AS_OF = Instant.parse("2021-05-23T15:00:00.25Z");

    @Test
    void classesStandWithTheirProbabilities() {
        UUID id = UUID.fromString("01a200ee-b067-71f1-a0f0-6109de6e095b");
        Prediction prediction = new Prediction(id, "m", 3, "e", List.of("lost", "won"), new double[] {0.25, 0.75}, AS_OF);

        String json = text(List.of(prediction));

        assertThat(json)
                .isEqualTo("{\"predictions\":[{\"id\":\"01a200ee-b067-71f1-a0f0-6109de6e095b\",\"model\":\"m\",\"version\":3,"
                        + "\"probabilities\":{\"lost\":0.25,\"won\":0.75},\"predicted\":\"won\",\"confidence\":0.75,"
                        + "\"as_of\":\"2021-05-23T15:00:00.250Z\"}]}");
    }

    @Test
    void unusualTextsAndNumbersStayJson() throws IOException {
        List<String> warnings = List.of("No history for team `\"Bärn\"`\n\\", "𝄞");
        Prediction prediction = new Prediction(
                new UUID(0, 0), "größe", 1, "e", List.of("value"), new double[] {Double.NaN}, AS_OF, warnings, null);

        JsonNode told = Json.MAPPER.readTree(text(List.of(prediction, prediction))).get("predictions");

        assertThat(told).hasSize(2);
        assertThat(told.at("/1/model").asText()).isEqualTo("größe");
        assertThat(told.at("/1/value").asText()).isEqualTo("NaN");
        assertThat(told.at("/1/warnings/0").asText()).isEqualTo(warnings.getFirst());
        assertThat(told.at("/1/warnings/1").asText()).isEqualTo(warnings.getLast());
    }

    @Test
    void instantsStandAsEver() throws IOException {
        Random random = new Random(1);

        for (int i = 0; i < 2_000; i++) {
            int[] nanos = {0, 1_000_000 * random.nextInt(1_000), 1_000 * random.nextInt(1_000_000), random.nextInt(1_000_000_000)};
            long second = i % 50 == 0 ? random.nextLong(-100_000_000_000L, 400_000_000_000L) : i / 4;
            Instant instant = Instant.ofEpochSecond(second, nanos[i % 4]);
            Prediction prediction =
                    new Prediction(new UUID(0, 0), "m", 1, "e", List.of("value"), new double[] {1}, instant);

            JsonNode told = Json.MAPPER.readTree(text(List.of(prediction)));

            assertThat(told.at("/predictions/0/as_of").asText()).isEqualTo(instant.toString());
        }
    }

    private static String text(List<Prediction> predictions) {
        return new String(PredictionWriter.write(predictions), StandardCharsets.UTF_8);
    }
}
