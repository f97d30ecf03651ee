package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.KeelsonException;
import dev.keelson.features.Materialization;
import dev.keelson.http.FeatureHistory;
import dev.keelson.http.FeatureServing.Answer;
import dev.keelson.http.FeatureServing.Destination;
import dev.keelson.http.FeatureServing.FeatureValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key of two fields: of a view that makes it, and of one whose source has it in a column. */
final class CompositeKeysIT {
    private static final InstantSource CLOCK = () -> Instant.parse("2024-03-04T00:00:00Z");

    private static final String PROJECT = """
            keelson: 1
            project: bets
            timezone: UTC
            sources:
              bets:
                file: bets.csv
                key: id
                event_time: at
                columns:
                  id:     { type: string, required: true }
                  at:     { type: timestamp, required: true }
                  sport:  { type: string, required: true }
                  market: { type: string, required: true }
                  won:    double
              lines:
                file: lines.csv
                key: [sport_market, at]
                event_time: at
                columns:
                  sport_market: { type: string, required: true }
                  at:           { type: timestamp, required: true }
                  line:         double
            entities:
              sport_market: { key: sport_market_key }
            feature_views:
              performance:
                entity: sport_market
                source: bets
                key: "{sport}_{market}"
                features:
                  win_rate: mean(won) over last 3 events
              prices:
                entity: sport_market
                source: lines
                key: sport_market
                features:
                  line: line
              latest:
                entity: sport_market
                source: bets
                key: "{sport}_{market}"
                features:
                  won: won
            """;

    private static final List<String> FEATURES = List.of("performance:win_rate", "prices:line", "latest:won");

    @TempDir
    Path folder;

    private LiveBackend backend;
    private LiveFeatures features;

    @BeforeEach
    void start() throws IOException {
        Files.writeString(folder.resolve("keelson.yaml"), PROJECT);
        Files.writeString(folder.resolve("bets.csv"), """
                id,at,sport,market,won
                1,2024-03-01T08:00:00Z,NFL,spread,1
                2,2024-03-01T09:00:00Z,NFL,spread,0
                3,2024-03-01T10:00:00Z,NFL,total,1
                """);
        Files.writeString(folder.resolve("lines.csv"), """
                sport_market,at,line
                NFL_spread,2024-03-01T08:00:00Z,-3.5
                NFL_total,2024-03-01T08:00:00Z,44.5
                """);
        var project = Projects.read(folder, Map.of());
        Datasets.change(project, CLOCK, data -> data.load(null));
        backend = LiveBackend.open(project, CLOCK);
        features = (LiveFeatures) java.util.Objects.requireNonNull(backend.features());
        features.materialize(Materialization.Request.INCREMENTAL, (source, rows, total) -> {});
    }

    @AfterEach
    void stop() {
        backend.close();
    }

    private static double[] values(Answer answer, int row) {
        return answer.columns().stream().map(FeatureValues::values).mapToDouble(column -> column[row]).toArray();
    }

    private static Map<String, @Nullable Object> row(Object... cells) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        for (int i = 0; i < cells.length; i += 2) {
            row.put((String) cells[i], cells[i + 1]);
        }
        return row;
    }

    @Test
    void partsAndFinishedKeyReadTheSame() {
        Answer finished = features.get(FEATURES, Map.of("sport_market_key", List.of("NFL_spread", "NFL_total", "NBA_total")));
        Map<String, List<String>> parts = new LinkedHashMap<>();
        parts.put("sport", List.of("NFL", "NFL", "NBA"));
        parts.put("market", List.of("spread", "total", "total"));

        Answer made = features.get(FEATURES, parts);

        assertThat(made.entities().keySet()).containsExactly("sport", "market");
        assertThat(values(finished, 0)).containsExactly(0.5, -3.5, 0);
        for (int row = 0; row < 3; row++) {
            assertThat(values(made, row)).containsExactly(values(finished, row));
        }
    }

    @Test
    void missingPartIsNamed() {
        assertThatThrownBy(() -> features.get(FEATURES, Map.of("sport", List.of("NFL"))))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("needs the entity key (sport_market_key), or its parts [sport, market]; [market] is missing");
        assertThat(values(features.get(List.of("prices:line"), Map.of("sport", List.of("NFL"), "market", nulls())), 0)).containsExactly(Double.NaN);
    }

    private static List<@Nullable String> nulls() {
        List<@Nullable String> list = new java.util.ArrayList<>();
        list.add(null);
        return list;
    }

    @Test
    void pushTakesTheKeyOrItsParts() {
        features.push(
                "lines",
                List.of(row("sport", "NFL", "market", "spread", "at", "2024-03-02T08:00:00Z", "line", -4.5)),
                Destination.ONLINE);
        features.push(
                "lines", List.of(row("sport_market", "NFL_total", "at", "2024-03-02T08:00:00Z", "line", 45.5)), Destination.ONLINE);

        assertThat(values(features.get(FEATURES, Map.of("sport_market_key", List.of("NFL_spread"))), 0))
                .containsExactly(0.5, -4.5, 0);
        assertThat(values(features.get(FEATURES, Map.of("sport_market_key", List.of("NFL_total"))), 0))
                .containsExactly(1, 45.5, 1);
        assertThatThrownBy(() -> features.push("lines", List.of(row("sport", "NFL", "line", 1.0)), Destination.ONLINE))
                .hasMessageContaining("rows[0].sport")
                .hasMessageContaining("The key (sport_market) is made of [sport, market]; [market] is missing.");
        assertThatThrownBy(() -> features.push("bets", List.of(row("sport_market_key", "NFL_total")), Destination.ONLINE))
                .hasMessageContaining("Maybe send its parts instead: [sport, market].");
    }

    @Test
    void historyIsWhatIsReadOnline() throws IOException {
        Files.writeString(folder.resolve("asked.csv"), """
                sport,market,sport_market_key,as_of
                NFL,spread,NFL_spread,2024-03-04T00:00:00Z
                NFL,total,NFL_total,2024-03-04T00:00:00Z
                """);
        Files.writeString(folder.resolve("parts.csv"), """
                sport,market,as_of
                NFL,spread,2024-03-04T00:00:00Z
                NFL,total,2024-03-04T00:00:00Z
                """);

        String whole = history("asked.csv", FEATURES);
        String parts = history("parts.csv", List.of("performance:win_rate", "latest:won"));

        assertThat(whole.lines().skip(1))
                .containsExactly(
                        "NFL,spread,NFL_spread,2024-03-04T00:00:00Z,-3.5,PRESENT,230400.0,0.5,PRESENT,0.0,PRESENT",
                        "NFL,total,NFL_total,2024-03-04T00:00:00Z,44.5,PRESENT,230400.0,1.0,PRESENT,1.0,PRESENT");
        assertThat(parts.lines().skip(1))
                .containsExactly(
                        "NFL,spread,2024-03-04T00:00:00Z,0.5,PRESENT,0.0,PRESENT",
                        "NFL,total,2024-03-04T00:00:00Z,1.0,PRESENT,1.0,PRESENT");
    }

    private String history(String asked, List<String> wanted) throws IOException {
        Path out = folder.resolve("out.csv");
        ProjectFeatures.history(
                backend.project(),
                new FeatureHistory.Question(folder.resolve(asked), "as_of", wanted, Map.of()),
                out,
                CLOCK);
        return Files.readString(out);
    }
}
