package dev.keelson.e2e.benchmark;

import dev.keelson.project.Project;
import dev.keelson.wiring.Projects;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Simulated bets with 45 numbers each, and two classifiers of 45 features by XGBoost: {@code plain} takes all of them from the
 * request, {@code stored} takes 24 from three views and 21 from the request.
 */
final class BetProject {
    /** Numbers of a bet. */
    static final int NUMBERS = 45;

    private static final int STORED_NUMBERS = 21;
    private static final int DAYS = 120;
    private static final int PLAYERS = 500;
    private static final int VENUES = 40;
    private static final int MARKETS = 12;

    private BetProject() {}

    /**
     * Writes the project file and its data.
     *
     * @param folder empty
     * @param rows bets
     * @param trees boosting rounds
     */
    static Project write(Path folder, int rows, int trees, long seed) throws IOException {
        Random random = new Random(seed);
        Instant start = Instant.now().truncatedTo(ChronoUnit.DAYS).minus(DAYS + 2, ChronoUnit.DAYS);
        try (BufferedWriter out = Files.newBufferedWriter(folder.resolve("bets.csv"))) {
            out.write("id,time,player,venue,market," + String.join(",", numbers(NUMBERS)) + ",result\n");
            for (int row = 0; row < rows; row++) {
                double[] x = values(random);
                double score = x[0] * x[1] + Math.sin(2 * x[2]) + 0.5 * x[3] - Math.abs(x[4]) + 0.3 * x[5] * x[6];
                boolean won = random.nextDouble() < 1 / (1 + Math.exp(-score));
                Instant time = start.plusSeconds(DAYS * 86_400L * row / rows);
                out.write("b%d,%s,%s,%s,%s".formatted(row, time, player(random), venue(random), market(random)));
                for (double value : x) {
                    out.write("," + text(value));
                }
                out.write(won ? ",won\n" : ",lost\n");
            }
        }
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(file, project(trees));
        return Projects.read(file, Map.of());
    }

    /**
     * Bodies of requests for one bet each.
     *
     * @param stored for the model of that name; else for the other
     */
    static List<byte[]> requests(int count, boolean stored, long seed) {
        return rows(count, stored, seed).stream()
                .map(row -> row.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /** The body of one request for many bets. */
    static byte[] batch(int rows, long seed) {
        return ("{\"rows\":[" + String.join(",", rows(rows, false, seed)) + "]}").getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> rows(int count, boolean stored, long seed) {
        Random random = new Random(seed);
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder row = new StringBuilder("{\"id\":\"r").append(i).append('"');
            if (stored) {
                row.append(",\"player\":\"").append(player(random)).append('"');
                row.append(",\"venue\":\"").append(venue(random)).append('"');
                row.append(",\"market\":\"").append(market(random)).append('"');
            }
            double[] x = values(random);
            List<String> names = numbers(stored ? STORED_NUMBERS : NUMBERS);
            for (int n = 0; n < names.size(); n++) {
                row.append(",\"").append(names.get(n)).append("\":").append(text(x[n]));
            }
            rows.add(row.append('}').toString());
        }
        return rows;
    }

    private static double[] values(Random random) {
        return random.doubles(NUMBERS, -2, 2).toArray();
    }

    private static String text(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    private static String player(Random random) {
        return "player-" + random.nextInt(PLAYERS);
    }

    private static String venue(Random random) {
        return "venue-" + random.nextInt(VENUES);
    }

    private static String market(Random random) {
        return "market-" + random.nextInt(MARKETS);
    }

    static List<String> numbers(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> String.format(Locale.ROOT, "x%02d", i))
                .toList();
    }

    private static String project(int trees) {
        StringBuilder text = new StringBuilder("""
                keelson: 1
                project: serving
                timezone: UTC
                sources:
                  bets:
                    file: bets.csv
                    key: id
                    event_time: time
                    outcomes: { columns: [result], known_after: 1d }
                    columns:
                      id: string
                      time: timestamp
                      player: string
                      venue: string
                      market: string
                """);
        for (String name : numbers(NUMBERS)) {
            text.append("      ").append(name).append(": double\n");
        }
        text.append("""
                      result: { type: enum, values: [lost, won] }
                entities:
                  player: { key: player }
                  venue: { key: venue }
                  market: { key: market }
                feature_views:
                """);
        for (String entity : List.of("player", "venue", "market")) {
            text.append("  ").append(entity).append("_form:\n    entity: ").append(entity)
                    .append("\n    source: bets\n    key: ").append(entity).append("\n    ttl: 200d\n    features:\n");
            for (int i = 1; i <= 8; i++) {
                text.append("      %s_x%02d: mean(x%02d) over %dd\n".formatted(entity, i, i, i % 2 == 0 ? 30 : 120));
            }
        }
        text.append("models:\n");
        model(text, "plain", "", numbers(NUMBERS), trees);
        model(
                text,
                "stored",
                "    entities:\n      bet: { player: player, venue: venue, market: market }\n",
                numbers(STORED_NUMBERS),
                trees);
        return text.toString();
    }

    private static void model(StringBuilder text, String name, String entities, List<String> numbers, int trees) {
        text.append("  ").append(name).append(":\n    label: bets.result\n").append(entities).append("    features:\n");
        if (!entities.isEmpty()) {
            text.append("      - bet.player_form.*\n      - bet.venue_form.*\n      - bet.market_form.*\n");
        }
        text.append(numbers.stream().map(n -> "      - " + n + "\n").collect(Collectors.joining()));
        text.append("    learner: { xgboost: { rounds: %d, max_depth: 6, eta: 0.05 } }\n".formatted(trees));
        text.append("    validate: { walk_forward: 2 folds, test: 20d, embargo: 1d }\n    calibrate: none\n    seed: 42\n");
    }
}
