package dev.keelson.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.data.spi.SourceFiles;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.ColumnType;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The fast first load makes the version that the careful one makes, or leaves the file to it. */
class BulkLoadPropertyTest {
    private static final Instant NOW = Instant.parse("2024-06-01T00:00:00Z");

    private static Sources prices() {
        return Sources.matches()
                .key("ticker", "at")
                .eventTime("at")
                .knownAfter(Duration.ofHours(1))
                .zone("Europe/London")
                .column("ticker", ColumnType.STRING)
                .column("at", ColumnType.TIMESTAMP)
                .column("day", ColumnType.DATE, "dd/MM/yyyy", "yyyy-MM-dd")
                .column("flag", ColumnType.BOOLEAN)
                .column("count", ColumnType.LONG)
                .least("price", 0, ColumnDefinition.OnFail.NULL)
                .warn("missing(price) < 5%")
                .block("row_count >= 1")
                .block("duplicate_keys == 0");
    }

    private static SourceFiles files(String text) {
        return file -> new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private final List<DataLoad.Blocked> blocked = new ArrayList<>();

    private Optional<LoadReport> bulk(
            InMemoryDatasetStore store, SourceDefinition source, String text, @Nullable Instant until, int block) {
        DatasetVersion previous = store.latest("matches").orElse(null);
        return BulkLoad.load(files(text), store, source, previous, until, NOW, blocked::add, block);
    }

    private static String file(Random random) {
        String end = random.nextBoolean() ? "\n" : "\r\n";
        StringBuilder text = new StringBuilder(random.nextBoolean() ? "\uFEFF" : "")
                .append("ticker,at,day,flag,count,price")
                .append(end);
        Instant at = Instant.parse("2024-01-30T00:00:00Z");
        String before = "";
        int rows = 1 + random.nextInt(120);
        for (int i = 0; i < rows; i++) {
            at = at.plusSeconds(random.nextInt(90_000));
            String line = "%s,%s,%s,%s,%s,%s"
                    .formatted(
                            "Tü" + random.nextInt(3),
                            random.nextBoolean() ? at : at.toString().replace("Z", "+01:00"),
                            random.nextBoolean() ? "03/02/2024" : "",
                            random.nextInt(3) == 0 ? "" : random.nextBoolean(),
                            random.nextInt(4) == 0 ? "" : random.nextLong(),
                            random.nextInt(9) == 0 ? "-1" : random.nextInt(5) == 0 ? "" : random.nextDouble() * 1e6);
            text.append(line).append(end);
            if (random.nextInt(25) == 0) {
                List<String> bad = List.of(
                        "B,never,,,1,2", "B,2024-02-01T00:00:00Z,30/02/2024,,x,2", "B,2024-02-01T00:00:00Z,,,1", ",,,,,",
                        "B,2024-02-01T00:00:00Z,,,1,2,3", "B,2024-02-01T00:00:00Z,2024.02.03,maybe,1,-7", ",", "ü");
                text.append(bad.get(random.nextInt(bad.size()))).append(end);
            }
            if (random.nextInt(10) == 0 && !before.isEmpty()) {
                text.append(before).append(end); // an exact copy
            }
            if (random.nextInt(20) == 0) {
                text.append(end);
            }
            before = line;
        }
        if (random.nextBoolean()) {
            text.setLength(text.length() - end.length());
        }
        return text.toString();
    }

    @Test
    void sameVersionAndCountsAsTheCarefulLoad() {
        SourceDefinition source = prices().build();
        int fast = 0;
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            String text = file(random);
            Instant until = random.nextBoolean() ? null : Instant.parse("2024-02-20T00:00:00Z");
            InMemoryDatasetStore store = new InMemoryDatasetStore();
            InMemoryDatasetStore careful = new InMemoryDatasetStore();

            Optional<LoadReport> made = bulk(store, source, text, until, 256 + random.nextInt(2_000));
            if (made.isEmpty()) {
                assertThat(store.latest("matches")).isEmpty();
                continue;
            }
            LoadReport expected = new DataLoad(careful).load(Sources.read(source, text), until, NOW);

            fast++;
            assertThat(made.get().version()).as("seed %d", seed).isEqualTo(expected.version());
            assertThat(made.get()).as("seed %d", seed).isEqualTo(expected);
        }
        assertThat(fast).isGreaterThan(200);
    }

    /** Some lines gone, some changed, some added. */
    private static String changed(String text, Random random) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        StringBuilder changed = new StringBuilder(lines.getFirst()).append('\n');
        Instant at = Instant.parse("2024-01-30T00:00:00Z");
        for (String line : lines.subList(1, lines.size())) {
            if (random.nextInt(9) == 0) {
                continue;
            }
            boolean other = random.nextInt(30) == 0 && line.contains("true,");
            changed.append(other ? line.replace("true,", "false,") : line).append('\n');
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            at = Instant.parse("2024-02-0%dT00:00:00Z".formatted(1 + random.nextInt(9))).plusSeconds(random.nextInt(90_000));
            changed.append("New%d,%s,,true,1,%s\n".formatted(random.nextInt(3), at, random.nextInt(5) == 0 ? "" : "7"));
        }
        return changed.toString();
    }

    @Test
    void loadThatFollowsGivesTheVersionAndCountsOfTheCarefulLoad() {
        int fast = 0;
        int updates = 0;
        int same = 0;
        for (long seed = 0; seed < 120; seed++) {
            Random random = new Random(seed);
            SourceDefinition source = prices().lateWindow(Duration.ofDays(60 + random.nextInt(60))).build();
            InMemoryDatasetStore store = new InMemoryDatasetStore();
            String text = file(random);
            new DataLoad(store).load(Sources.read(source, text), null, NOW.minusSeconds(1));
            String next = changed(text, random);
            for (int round = 0; round < 3; round++) {
                DatasetVersion before = store.latest("matches").orElseThrow();
                InMemoryDatasetStore careful = new InMemoryDatasetStore();
                new DataLoad(careful).load(Sources.read(source, text), null, NOW.minusSeconds(1));
                @Nullable LoadReport expected = null;
                @Nullable KeelsonException refused = null;
                try {
                    for (int each = 0; each <= Math.min(round, 1); each++) {
                        expected = new DataLoad(careful).load(Sources.read(source, next), null, NOW);
                    }
                } catch (KeelsonException e) {
                    refused = e; // rows that contradict each other
                }

                Optional<LoadReport> made = bulk(store, source, next, null, 256 + random.nextInt(2_000));
                if (made.isEmpty()) {
                    assertThat(store.latest("matches")).contains(before);
                    break;
                }

                fast++;
                assertThat(refused).as("seed %d", seed).isNull();
                updates += made.get().updated() > 0 ? 1 : 0;
                same += made.get().changed() ? 0 : 1;
                assertThat(made).as("seed %d", seed).hasValue(Objects.requireNonNull(expected));
            }
        }
        assertThat(fast).isGreaterThan(80);
        assertThat(updates).isGreaterThan(5);
        assertThat(same).isGreaterThan(30);
    }

    private static final String HEADER = "ticker,at,day,flag,count,price\n";
    private static final String ROW = "A,2024-01-01T00:00:00Z,,,1,2\n";

    private Optional<LoadReport> plain(String text) {
        InMemoryDatasetStore store = new InMemoryDatasetStore();
        Optional<LoadReport> made = bulk(store, prices().build(), text, null, 512);
        assertThat(store.latest("matches").isPresent()).isEqualTo(made.isPresent());
        return made;
    }

    @Test
    void whatIsNotPlainIsLeftToTheCarefulLoad() {
        assertThat(plain(HEADER + ROW)).isPresent();
        assertThat(plain(HEADER)).isEmpty();
        assertThat(plain("")).isEmpty();
        assertThat(plain(HEADER + "B,never,,,1,2\n")).as("nothing good").isEmpty();
        assertThat(plain(HEADER + ROW + "\"B,2024-01-01T00:00:00Z,,,1,2\n")).as("quote without an end").isEmpty();
        assertThat(plain(HEADER + ROW + ROW.replace(",2\n", ",3\n"))).as("contradiction").isEmpty();
        assertThat(plain(HEADER.replace("price", "prize") + ROW)).as("other header").isEmpty();
        assertThat(plain(HEADER.replace("\n", ",more\n") + ROW.replace("\n", ",1\n"))).as("undeclared").isEmpty();
        assertThat(plain(HEADER + "A\rB,2024-01-01T00:00:00Z,,,1,2\n")).as("lone CR").isEmpty();
    }

    @Test
    void lineLongerThanABlockIsLeftToTheCarefulLoad() {
        assertThat(plain(HEADER + ROW + "x".repeat(2_000) + "\n" + ROW)).isEmpty();
        assertThat(plain(HEADER + ROW + "x".repeat(2_000))).isEmpty();
    }

    @Test
    void rejectedLinesHaveTheirPlaceInTheFile() {
        LoadReport report = plain(HEADER + ROW.repeat(50) + "\nB,never,,,1,2\n" + ROW.repeat(50)
                        + "C,2024-01-01T00:00:00Z,,,1\n")
                .orElseThrow();

        assertThat(report.quarantined())
                .extracting(row -> row.location() + " " + row.code())
                .containsExactly("matches.csv:53:3 BAD_CELL", "matches.csv:104 RAGGED_LINE");
        assertThat(report.quarantined().getFirst().reason()).contains("never");
        assertThat(report.read()).isEqualTo(102);
        assertThat(report.quarantineId()).isNotNull();
    }

    @Test
    void monthThatComesBackAfterItWasLeftBehindIsLeftToTheCarefulLoad() {
        StringBuilder text = new StringBuilder(HEADER);
        for (int month = 1; month <= 12; month++) {
            for (int i = 0; i < 40; i++) {
                text.append("A,2023-%02d-01T00:%02d:00Z,,,1,2%n".formatted(month, i).replace("\r\n", "\n"));
            }
        }

        assertThat(plain(text.toString())).isPresent();
        assertThat(plain(text + "B,2023-01-01T00:00:00Z,,,1,2\n")).isEmpty();
    }

    @Test
    void dataLoadTakesTheFastPathFirstAndTheCarefulOneThen() {
        InMemoryDatasetStore store = new InMemoryDatasetStore();
        DataLoad load = new DataLoad(store);
        SourceDefinition source = prices().build();

        LoadReport first = load.load(new SourceReader(files(HEADER + ROW)), source, null, NOW);
        LoadReport again = load.load(new SourceReader(files(HEADER + ROW)), source, null, NOW);
        LoadReport more = load.load(
                new SourceReader(files(HEADER + ROW + "B,2024-01-02T00:00:00Z,,,1,2\n")), source, null, NOW);

        assertThat(first.loaded()).isEqualTo(1);
        assertThat(again.changed()).isFalse();
        assertThat(more.loaded()).isEqualTo(1);
    }

    @Test
    void failedCheckBlocksAndNothingIsVisible() {
        InMemoryDatasetStore store = new InMemoryDatasetStore();
        SourceDefinition source = prices().block("row_count >= 100").build();

        KeelsonException failure = catchThrowableOfType(
                KeelsonException.class, () -> bulk(store, source, HEADER + ROW, null, 512));

        assertThat(failure.code()).isEqualTo(ErrorCode.DATA_BLOCKED);
        assertThat(blocked).hasSize(1);
        assertThat(store.latest("matches")).isEmpty();
    }

    @Test
    void sourceWithSomethingThisLoadDoesNotKnowIsLeft() {
        InMemoryDatasetStore store = new InMemoryDatasetStore();

        assertThat(bulk(store, prices().warn("unique(ticker) >= 10%").build(), HEADER + ROW, null, 512))
                .isEmpty();
        assertThat(bulk(store, prices().rule("price > 0", RowRule.OnFail.WARN).build(), HEADER + ROW, null, 512))
                .isEmpty();
    }

    private static Sources trades() {
        return Sources.matches()
                .key("id")
                .eventTime("at")
                .knownAfter(Duration.ofHours(1))
                .column("id", ColumnType.STRING)
                .column("at", ColumnType.TIMESTAMP)
                .column("note", ColumnType.STRING)
                .column("low", ColumnType.DOUBLE)
                .column("high", ColumnType.DOUBLE)
                .block("row_count >= 1")
                .lateWindow(Duration.ofDays(400))
                .rule("high >= low", RowRule.OnFail.QUARANTINE);
    }

    private static String quoted(Random random, String text) {
        return random.nextBoolean() ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }

    /** Trades with quoted texts, broken rules, copies, contradictions and damaged quotes. */
    private static String trades(Random random, int rows, int odd) {
        String end = random.nextBoolean() ? "\n" : "\r\n";
        StringBuilder text = new StringBuilder(random.nextBoolean() ? "\uFEFF" : "")
                .append(random.nextBoolean() ? "id,at,note,low,high" : "\"id\",at,\"note\",low,high")
                .append(end);
        Instant at = Instant.parse("2024-01-20T00:00:00Z");
        String before = "";
        for (int i = 0; i < rows; i++) {
            at = at.plusSeconds(random.nextInt(60_000));
            List<String> notes = List.of(
                    "", "plain", "\"a, b\"", "\"say \"\"hi\"\"\"", "\"two\nlines\"", "\"two\r\nlines, \"\"x\"\"\"", "mid\"dle",
                    "\"\"", " \"blank before\"", "\"ü, \"");
            String line = "%s,%s,%s,%s,%s"
                    .formatted(
                            quoted(random, "t" + (random.nextInt(odd) == 0 ? i / 2 : i)),
                            quoted(random, at.toString()),
                            notes.get(random.nextInt(notes.size())),
                            random.nextInt(9) == 0 ? "" : quoted(random, "" + random.nextInt(50)),
                            random.nextInt(12) == 0 ? "1" : quoted(random, "" + (50 + random.nextInt(50))));
            text.append(line).append(end);
            if (random.nextInt(odd) == 0) {
                List<String> bad = List.of(
                        "b,never,\"x\ny\",1,2", "\"b\"x,2024-02-01T00:00:00Z,\"n\",1,2", "b,2024-02-01T00:00:00Z,\"two\nlines\"z,1,2",
                        "b,\"2024-02-01T00:00:00Z\",n,1", "\"\"", "\"b\",2024-02-01T00:00:00Z,n,\"1\nx\",2", "b,x,n\"\"n,1,2,\"\"");
                text.append(bad.get(random.nextInt(bad.size()))).append(end);
            }
            if (random.nextInt(odd) == 0 && !before.isEmpty()) {
                text.append(before).append(end);
            }
            before = line;
        }
        return text.toString();
    }

    @Test
    void quotesRulesAndKeysWithoutTimeGiveTheVersionAndQuarantineOfTheCarefulLoad() {
        int fast = 0;
        int quarantined = 0;
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            Sources trades = seed % 4 == 0 ? trades().key("id", "at") : trades();
            SourceDefinition source = seed % 3 == 0
                    ? trades.rule("low < 48", RowRule.OnFail.NULL, "low", "note").build()
                    : trades.build();
            String text = trades(random, 1 + random.nextInt(80), seed % 5 == 0 ? 12 : 60);
            Instant until = random.nextInt(3) > 0 ? null : Instant.parse("2024-02-10T00:00:00Z");
            InMemoryDatasetStore store = new InMemoryDatasetStore();

            Optional<LoadReport> made = bulk(store, source, text, until, 300 + random.nextInt(2_000));
            if (made.isEmpty()) {
                continue;
            }
            LoadReport expected =
                    new DataLoad(new InMemoryDatasetStore()).load(Sources.read(source, text), until, NOW);

            fast++;
            quarantined += expected.quarantined().size();
            assertThat(made.get().quarantined()).as("seed %d", seed).isEqualTo(expected.quarantined());
            assertThat(made.get()).as("seed %d", seed).isEqualTo(expected);
        }
        assertThat(fast).isGreaterThan(80);
        assertThat(quarantined).isGreaterThan(200);
    }

    @Test
    void rowsOfAKeyWithoutTimeThatMoveToAnotherMonthAreLeftToTheCarefulLoad() {
        SourceDefinition source = trades().build();
        InMemoryDatasetStore store = new InMemoryDatasetStore();
        String header = "id,at,note,low,high\n";
        String first = header + "a,2024-01-01T00:00:00Z,n,1,2\nb,2024-02-01T00:00:00Z,n,1,2\n";
        bulk(store, source, first, null, 512);

        Optional<LoadReport> moved = bulk(store, source, first.replace("a,2024-01", "a,2024-03"), null, 512);
        Optional<LoadReport> movedWithinItsOldMonths =
                bulk(store, source, first.replace("a,2024-01", "a,2024-02"), null, 512);
        Optional<LoadReport> more = bulk(store, source, first + "c,2024-02-02T00:00:00Z,n,1,2\n", null, 512);

        assertThat(moved).isEmpty();
        assertThat(movedWithinItsOldMonths).isEmpty();
        assertThat(more.orElseThrow().loaded()).isEqualTo(1);
    }

    @Test
    void loadOfTradesThatFollowsGivesWhatTheCarefulLoadGives() {
        int fast = 0;
        for (long seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            SourceDefinition source = trades().build();
            String text = trades(random, 1 + random.nextInt(60), 1_000);
            String next = text.replace("plain", random.nextBoolean() ? "changed" : "plain")
                    + "%snew,2024-02-0%dT00:00:00Z,\"n\",1,2\n".formatted(seed, 1 + random.nextInt(9));
            InMemoryDatasetStore store = new InMemoryDatasetStore();
            InMemoryDatasetStore careful = new InMemoryDatasetStore();
            new DataLoad(store).load(Sources.read(source, text), null, NOW.minusSeconds(1));
            DatasetVersion before = new DataLoad(careful)
                    .load(Sources.read(source, text), null, NOW.minusSeconds(1))
                    .version();

            Optional<LoadReport> made = bulk(store, source, next, null, 300 + random.nextInt(2_000));
            if (made.isEmpty()) {
                continue;
            }
            LoadReport expected =
                    new DataLoad(careful).load(Sources.read(source, next, before), null, NOW);

            fast++;
            assertThat(made.get()).as("seed %d", seed).isEqualTo(expected);
        }
        assertThat(fast).isGreaterThan(50);
    }

    @Test
    void anySoupOfQuotesIsReadAsByTheCarefulLoadOrLeftToIt() {
        List<String> soup = List.of("\"", "\"", "\"\"", ",", "\n", "\r\n", "a", "1", " ", "2024-01-01T00:00:00Z", "b,2024-01-01T00:00:00Z,,1,2\n");
        SourceDefinition source = trades().build();
        int fast = 0;
        for (long seed = 0; seed < 1_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder("id,at,note,low,high\ng,2024-01-01T00:00:00Z,,1,2\n");
            for (int i = random.nextInt(25); i > 0; i--) {
                text.append(soup.get(random.nextInt(soup.size())));
            }
            text.append(random.nextBoolean() ? "\nh,2024-01-02T00:00:00Z,\"x\",1,2\n" : "");

            Optional<LoadReport> made =
                    bulk(new InMemoryDatasetStore(), source, text.toString(), null, 40 + random.nextInt(100));
            if (made.isPresent()) {
                fast++;
                assertThat(made.get())
                        .as("seed %d", seed)
                        .isEqualTo(new DataLoad(new InMemoryDatasetStore())
                                .load(Sources.read(source, text.toString()), null, NOW));
            }
        }
        assertThat(fast).isGreaterThan(300);
    }

    @Test
    void keyInTwoMonthsIsFoundAmongMany() {
        Random random = new Random(7);
        KeyMonths once = new KeyMonths(1 << 20);
        KeyMonths twice = new KeyMonths(1 << 20);
        for (int i = 0; i < 20_000; i++) {
            long hash = random.nextLong();
            once.put(hash, i / 1_000);
            once.put(hash, i / 1_000);
            twice.put(hash, i / 1_000);
            if (i == 4_321) {
                twice.put(hash, 19);
                assertThat(once.put(hash, 4)).isTrue();
            }
        }

        assertThat(once.settle()).isTrue();
        assertThat(twice.settle()).isFalse();
        assertThat(once.contains(new Random(7).nextLong())).isTrue();
        assertThat(once.contains(3)).isFalse();
    }

    @Test
    void keysHaveAsMuchRoomAsTheyAreGiven() {
        KeyMonths keys = new KeyMonths(80_000);
        int put = 0;
        while (keys.put(put, 5)) {
            put++;
        }

        assertThat(put).isEqualTo(10_000);
    }
}
