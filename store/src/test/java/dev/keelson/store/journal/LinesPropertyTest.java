package dev.keelson.store.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Micros;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class LinesPropertyTest {
    private static final String ALPHABET = "aZ09|, \"\\\n\r\t;äß€𝄞-.'";

    @Test
    void everyRecordReadsBackAsItWas() {
        LineParser parser = new LineParser();
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            PredictionEvent event = event(random);
            Lines lines = new Lines(1);
            lines.add(event);

            JournalRecord read = parser.parse(lines.array(), 0, lines.length() - 1, true);

            assertThat(new String(lines.array(), 0, lines.length() - 1, StandardCharsets.UTF_8))
                    .as("seed %d", seed)
                    .doesNotContain("\n", "\r");
            assertThat(read)
                    .as("seed %d", seed)
                    .usingRecursiveComparison()
                    .withEqualsForType((a, b) -> Double.compare(a, b) == 0, Double.class) // exact, NaN equals NaN
                    .isEqualTo(new JournalRecord.Predicted(event));

            OutcomeEvent outcome = new OutcomeEvent(text(random), text(random), text(random), instant(random));
            lines.clear();
            lines.add(outcome);
            assertThat(parser.parse(lines.array(), 0, lines.length() - 1, true))
                    .as("seed %d", seed)
                    .isEqualTo(new JournalRecord.Settled(outcome));
        }
    }

    @Test
    void everyChangedByteIsNoticed() {
        Random random = new Random(7);
        LineParser parser = new LineParser();
        Lines lines = new Lines(64);
        lines.add(event(random));
        var _ = lines.seal(random.nextInt(1_000_000), random.nextInt());
        byte[] line = lines.array().clone();
        for (int i = 0; i < lines.length() - 1; i++) {
            line[i] ^= (byte) (1 + random.nextInt(255));

            assertThat(parser.sound(line, 0, lines.length() - 1)).as("byte %d", i).isFalse();

            line[i] = lines.array()[i];
        }
    }

    @Test
    void aNumberIsWrittenInItsShortestForm() {
        Lines lines = new Lines(64);
        lines.add(new PredictionEvent(
                new UUID(0, 0), "m", 1, "champion", "a,b", "", Instant.EPOCH, Instant.EPOCH, Instant.EPOCH,
                new double[] {0.1, 2, -2.75, 1.0 / 3, 0, -0.0, 0.0001, 1e22},
                new double[] {Double.NaN},
                new double[0]));

        assertThat(new String(lines.array(), 0, lines.length() - Lines.TAIL - 1, StandardCharsets.UTF_8))
                .isEqualTo("P,00000000-0000-0000-0000-000000000000,m,1,champion,\"a,b\",,0,0,0,"
                        + "0.1;2;-2.75;0.3333333333333333;0;-0.0;0.0001;1.0E22;,;,,,1,,");
    }

    @Test
    void halfACharacterIsRefused() {
        assertThatThrownBy(() -> new Lines(64).add(new OutcomeEvent("m", "a\ud834", "H", Instant.EPOCH)))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("half of a surrogate pair");
    }

    private static PredictionEvent event(Random random) {
        return new PredictionEvent(
                new UUID(random.nextLong(), random.nextLong()),
                text(random),
                random.nextInt(),
                text(random),
                text(random),
                text(random),
                instant(random),
                instant(random),
                instant(random),
                doubles(random),
                doubles(random),
                doubles(random),
                text(random),
                random.nextBoolean(),
                text(random),
                text(random));
    }

    private static String text(Random random) {
        int[] codePoints = ALPHABET.codePoints().toArray();
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.appendCodePoint(codePoints[random.nextInt(random.nextBoolean() ? 5 : codePoints.length)]);
        }
        return text.toString();
    }

    private static Instant instant(Random random) {
        return Micros.toInstant(random.nextLong() >> random.nextInt(1, 40));
    }

    private static double[] doubles(Random random) {
        double[] values = new double[random.nextInt(6)];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (random.nextInt(7)) {
                case 0 -> Double.NaN;
                case 1 -> random.nextInt(-100, 100);
                case 2 -> random.nextInt(1_000_000) / 1e4;
                case 3 -> random.nextDouble();
                case 4 -> -random.nextInt(1_000_000_000) / 1e2;
                case 5 -> Math.scalb(random.nextDouble(), random.nextInt(-1074, 1023));
                default -> new double[] {0, -0.0, Double.MIN_VALUE, Double.MAX_VALUE, Double.NEGATIVE_INFINITY, 1e7, 9999999.9999}[random.nextInt(7)];
            };
        }
        return values;
    }
}
