package dev.keelson.wiring;

import dev.keelson.project.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;

/** A project of forty days of hourly prices without any signal, for what is about models and not about data. */
public final class PriceProject {
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    private static final String SOURCE = """
            keelson: 1
            project: trading
            timezone: UTC
            sources:
              prices:
                file: prices.csv
                key: [symbol, time]
                event_time: time
                known_after: 1h
                columns: { symbol: string, time: timestamp, close: double, volume: double }
                labels:
                  up_4h: forward_return(close, 4h) > 0.0
            """;

    private PriceProject() {}

    /** A model of {@code close} and {@code volume}, an entry of {@code models}. */
    public static String model(String name, String learner) {
        return """
              %s:
                label: prices.up_4h
                features: [close, volume]
                learner: %s
                validate: { walk_forward: 2 folds, test: 10d }
            """.indent(2).formatted(name, learner);
    }

    /**
     * Writes data and project file.
     *
     * @param models entries of {@code models}, and whatever sections follow them
     */
    public static Project in(Path folder, String models) throws IOException {
        Random random = new Random(3);
        StringBuilder csv = new StringBuilder("symbol,time,close,volume\n");
        for (int hour = 0; hour < 24 * 40; hour++) {
            csv.append("BTC,%s,%d,%d\n"
                    .formatted(START.plus(Duration.ofHours(hour)), 100 + random.nextInt(20), 1 + random.nextInt(1000)));
        }
        Files.writeString(folder.resolve("prices.csv"), csv.toString());
        Files.writeString(folder.resolve("keelson.yaml"), SOURCE + "models:\n" + models);
        return Projects.validate(folder, Map.of());
    }
}
