package dev.keelson.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.data.spi.SourceFiles;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Files that are broken or made to do harm end in an error that says what they are, after a bounded reading. */
class HostileFileTest {
    /** Gives one byte again and again, and counts how much was asked for. */
    private static class Endless extends InputStream {
        private final byte[] pattern;
        private final long size;
        private long given;

        Endless(String pattern, long size) {
            this.pattern = pattern.getBytes(StandardCharsets.UTF_8);
            this.size = size;
        }

        @Override
        public int read() {
            return given == size ? -1 : pattern[(int) (given++ % pattern.length)];
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            int count = (int) Math.min(length, size - given);
            if (count == 0) {
                return -1;
            }
            for (int i = 0; i < count; i++) {
                bytes[offset + i] = pattern[(int) ((given + i) % pattern.length)];
            }
            given += count;
            return count;
        }
    }

    private static KeelsonException failure(String name, InputStream in, long limit) {
        return catchThrowableOfType(KeelsonException.class, () -> SourceBytes.read(name, in, limit));
    }

    @Test
    void tenGigabytesOfOneLineAreLeftAfterTheLongestLineAllowed() {
        Endless file = new Endless("x", 10L << 30);

        KeelsonException failure = failure("big.csv", file, 1L << 30);

        assertThat(failure.code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
        assertThat(failure).hasMessageContaining("Line 1 is longer than 16,777,216 bytes");
        assertThat(file.given).isLessThan(SourceReader.LONGEST_LINE + (1 << 18));
    }

    @Test
    void fileOfManyLinesIsLeftAtTheLimitOfTheMemory() {
        Endless file = new Endless("a,b,c\n", 10L << 30);

        KeelsonException failure = failure("big.csv", file, 4 << 20);

        assertThat(failure).hasMessageContaining("larger than the 4,194,304 bytes that fit the memory");
        assertThat(file.given).isLessThan(5 << 20);
    }

    private static byte[] bomb(String pattern, int megabytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            byte[] block = pattern.repeat((1 << 20) / pattern.length()).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < megabytes; i++) {
                gzip.write(block);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    @Test
    void archiveThatGrowsWithoutLinesIsLeft() {
        byte[] bomb = bomb("\0", 64);

        KeelsonException failure = failure("bomb.csv.gz", new java.io.ByteArrayInputStream(bomb), 1L << 30);

        assertThat(bomb.length).isLessThan(100_000);
        assertThat(failure).hasMessageContaining("Line 1 is longer than");
    }

    @Test
    void archiveThatGrowsBeyondTheMemoryIsLeft() {
        byte[] bomb = bomb("1,2,3\n", 64);

        KeelsonException failure = failure("bomb.csv.gz", new java.io.ByteArrayInputStream(bomb), 8 << 20);

        assertThat(failure).hasMessageContaining("Decompressed, the file is larger than the 8,388,608 bytes");
    }

    private static KeelsonException parsed(String name, byte[] bytes) {
        return catchThrowableOfType(
                KeelsonException.class,
                () -> SourceReader.parse(Sources.dated().key("div", "date", "HomeTeam", "AwayTeam").build(), name, bytes, null));
    }

    @Test
    void hundredThousandColumnsAreRefused() {
        String header = "c,".repeat(99_999) + "d";

        KeelsonException failure = parsed("wide.csv", (header + "\n").getBytes(StandardCharsets.UTF_8));

        assertThat(failure.code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
        assertThat(failure).hasMessageContaining("100,000 columns; at most 10,000");
    }

    @Test
    void hundredThousandNamesOfJsonAreRefused() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 10_001; i++) {
            text.append("{\"c").append(i).append("\":1}\n");
        }

        KeelsonException failure = parsed("wide.jsonl", text.toString().getBytes(StandardCharsets.UTF_8));

        assertThat(failure).hasMessageContaining("at most 10,000");
    }

    @Test
    void deeplyNestedJsonIsABrokenLine() {
        String deep = "{\"div\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}\n";
        String good = "{\"div\":\"E0\",\"date\":\"2021-05-23\",\"HomeTeam\":\"A\",\"AwayTeam\":\"B\"}\n";

        SourceRows rows = SourceReader.parse(
                Sources.dated().key("div", "date", "HomeTeam", "AwayTeam").build(), "deep.jsonl", (good + deep).getBytes(StandardCharsets.UTF_8), null);

        assertThat(rows.frame().rows()).isEqualTo(1);
        assertThat(rows.quarantined()).singleElement().satisfies(row -> assertThat(row.line()).isEqualTo(2));
    }

    @Test
    void bytesThatAreNotUtf8HaveAPlace() {
        byte[] bytes = "div,date,HomeTeam,AwayTeam\nE0,2021-05-23,M?nchen,B\n".getBytes(StandardCharsets.UTF_8);
        bytes["div,date,HomeTeam,AwayTeam\nE0,2021-05-23,M".length()] = (byte) 0xFC;

        KeelsonException failure = parsed("latin.csv", bytes);

        assertThat(failure.problems().getFirst().location()).hasToString("latin.csv:2:16");
        assertThat(failure).hasMessageContaining("0xFC is not UTF-8; it is byte 43 of the text.");
    }

    @Test
    void rowsBeforeAByteThatIsNotUtf8AreJudged() {
        SourceDefinition source = Sources.dated()
                .least("odds", 1.01, ColumnDefinition.OnFail.QUARANTINE)
                .block("row_count >= 100")
                .build();
        byte[] bytes = "id,date,odds\na,2021-05-23,2\nb,2021-05-24,1\nc?,2021-05-25,3\n".getBytes(StandardCharsets.UTF_8);
        bytes[new String(bytes, StandardCharsets.UTF_8).indexOf('?')] = (byte) 0xFC;

        ValidationReport report = new Validation(new InMemoryDatasetStore())
                .source(source, () -> SourceReader.parse(source, "latin.csv", bytes, null), Instant.parse("2021-06-01T00:00:00Z"));

        assertThat(report.verdict()).isEqualTo(ValidationReport.Verdict.FAILED);
        assertThat(report.problems()).singleElement().satisfies(problem -> assertThat(problem.location())
                .hasToString("latin.csv:4:2"));
        assertThat(report.read()).isEqualTo(2);
        assertThat(report.quarantined()).isEqualTo(1);
        assertThat(report.examples()).singleElement().satisfies(row -> assertThat(row.line()).isEqualTo(3));
        assertThat(report.checks()).isEmpty();
        byte[] first = {'i', 'd', (byte) 0xFC};
        assertThat(new Validation(new InMemoryDatasetStore())
                        .source(source, () -> SourceReader.parse(source, "latin.csv", first, null), Instant.EPOCH)
                        .read())
                .isZero();
    }

    @Test
    void randomBytesEndInAnErrorAndNothingElse() {
        for (long seed = 0; seed < 50; seed++) {
            byte[] noise = new byte[20_000];
            new java.util.Random(seed).nextBytes(noise);
            for (String name : new String[] {"noise.csv", "noise.csv.gz", "noise.jsonl"}) {
                assertThat(parsed(name, noise)).as("seed %d, %s", seed, name).isNotNull();
            }
        }
    }

    @Test
    void readerClosesWhatItOpened() {
        boolean[] closed = new boolean[1];
        SourceFiles files = file -> new Endless("x", 10L << 30) {
            @Override
            public void close() {
                closed[0] = true;
            }
        };

        assertThat(catchThrowableOfType(
                        KeelsonException.class,
                        () -> new SourceReader(files).read(Sources.dated().key("div", "date", "HomeTeam", "AwayTeam").build(), null)))
                .isNotNull();
        assertThat(closed[0]).isTrue();
    }
}
