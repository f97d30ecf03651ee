package dev.keelson.store.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.spi.PredictionLog.JournalPosition;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
    private static final JournalConfig SMALL = new JournalConfig(1024, Duration.ofMillis(1));

    @TempDir
    private Path folder;

    @Test
    void segmentsRotateAndReadAsOne() {
        try (Journal journal = open()) {
            for (int i = 0; i < 100; i++) {
                journal.appendOutcomes(List.of(outcome(i)), i % 7 == 0);
            }
            JournalPosition end = journal.sync();

            assertThat(end.segment()).isGreaterThan(2);
            assertThat(entities(journal, JournalPosition.START)).isEqualTo(numbers(100));
            assertThat(journal.bytesAfter(end)).isZero();
        }
        try (Journal journal = open()) {
            assertThat(entities(journal, JournalPosition.START)).isEqualTo(numbers(100));
        }
    }

    @Test
    void whatIsNotDurableIsOnDiskSoonAndAtClose() throws Exception {
        try (Journal journal = open()) {
            journal.appendOutcomes(List.of(outcome(0)), false);

            assertThat(journal.awaitBeyond(JournalPosition.START, () -> false)).isTrue();

            journal.appendOutcomes(List.of(outcome(1)), false);
        }
        assertThat(Files.readString(folder.resolve("000001.csv"), StandardCharsets.UTF_8))
                .startsWith("keelson_journal,4,")
                .contains("O,m,e0,H,0,", "O,m,e1,H,0,");
    }

    @Test
    void readingResumesAtAnyRecord() {
        try (Journal journal = open()) {
            journal.appendOutcomes(IntStream.range(0, 50).mapToObj(JournalTest::outcome).toList(), true);
            journal.appendOutcomes(List.of(outcome(50)), true);
            List<JournalPosition> starts = new ArrayList<>(List.of(JournalPosition.START));
            journal.read(JournalPosition.START, journal.end(), (record, at) -> starts.add(at.after()));

            for (int i = 0; i < 51; i++) {
                assertThat(entities(journal, starts.get(i))).hasSize(51 - i).startsWith("e" + i);
            }
        }
    }

    @Test
    void tornTailIsCutAtOpening() throws Exception {
        Path file = folder.resolve("000001.csv");
        try (Journal journal = open()) {
            journal.appendOutcomes(List.of(outcome(0), outcome(1)), true);
        }
        byte[] whole = Files.readAllBytes(file);
        Files.writeString(file, "O,m,e2,H,0,0000", StandardCharsets.UTF_8, StandardOpenOption.APPEND);

        try (Journal journal = open()) {
            assertThat(entities(journal, JournalPosition.START)).containsExactly("e0", "e1");
            assertThat(file).hasBinaryContent(whole);
            journal.appendOutcomes(List.of(outcome(2)), true);
            assertThat(entities(journal, JournalPosition.START)).containsExactly("e0", "e1", "e2");
        }
    }

    @Test
    void badLineIsLeftOutAndWritingGoesOnInANewSegment() throws Exception {
        Path file = folder.resolve("000001.csv");
        try (Journal journal = open()) {
            journal.appendOutcomes(List.of(outcome(0), outcome(1), outcome(2)), true);
        }
        String damaged = Files.readString(file, StandardCharsets.UTF_8).replace("O,m,e1,H", "O,m,e1,A");
        Files.writeString(file, damaged, StandardCharsets.UTF_8);

        try (Journal journal = open()) {
            journal.appendOutcomes(List.of(outcome(3)), true);

            assertThat(entities(journal, JournalPosition.START)).containsExactly("e0", "e2", "e3");
        }
        assertThat(file).hasContent(damaged);
        assertThat(Files.readString(folder.resolve("000002.csv"))).contains("O,m,e3,H", ",000002,00000003,");
    }

    @Test
    void aMissingSegmentIsPassedOver() throws Exception {
        try (Journal journal = open()) {
            for (int i = 0; i < 100; i++) {
                journal.appendOutcomes(List.of(outcome(i)), true);
            }
        }
        Files.delete(folder.resolve("000002.csv"));

        try (Journal journal = open()) {
            assertThat(entities(journal, JournalPosition.START)).contains("e0", "e99").hasSizeLessThan(100);
        }
    }

    @Test
    void aSegmentThatAnEditorReplacedIsLeftAndNothingAfterwardsIsLost() throws Exception {
        Path file = folder.resolve("000001.csv");
        try (Journal journal = open()) {
            journal.appendOutcomes(List.of(outcome(0), outcome(1), outcome(2)), true);
            String without = Files.readString(file, StandardCharsets.UTF_8).lines()
                    .filter(line -> !line.startsWith("O,m,e1,"))
                    .collect(Collectors.joining("\n", "", "\n"));
            Path edited = folder.resolve("edited");
            Files.writeString(edited, without, StandardCharsets.UTF_8);
            Files.move(edited, file, StandardCopyOption.REPLACE_EXISTING);

            journal.appendOutcomes(List.of(outcome(3)), true);

            assertThat(entities(journal, JournalPosition.START)).containsExactly("e0", "e2", "e3");
        }
        assertThat(Files.readString(folder.resolve("000002.csv"))).contains("O,m,e3,H", ",000002,00000003,");
    }

    @Test
    void aRestartGoesOnWithTheNextNumber() throws Exception {
        for (int i = 0; i < 3; i++) {
            try (Journal journal = open()) {
                journal.appendOutcomes(List.of(outcome(2 * i), outcome(2 * i + 1)), true);
            }
        }

        List<String> lines = Files.readAllLines(folder.resolve("000001.csv"));
        for (int i = 1; i < lines.size(); i++) {
            String[] fields = lines.get(i).split(",", -1);
            String before = lines.get(i - 1);
            assertThat(fields[fields.length - 3]).isEqualTo("%08d".formatted(i));
            assertThat(fields[fields.length - 2]).isEqualTo(before.substring(before.length() - 8));
        }
        assertThat(lines).hasSize(7);
    }

    @Test
    void segmentOfTheFormatBeforeIsReadAndWrittenOnInANewOne() throws Exception {
        Files.writeString(
                folder.resolve("000001.csv"),
                line("keelson_journal,1,P id model version role entity segment event_time_micros as_of_micros at_micros"
                                + " probabilities features watched,O model entity outcome known_at_micros")
                        + line("P,00000000-0000-0000-0000-000000000007,m,1,champion,e0,,0,0,0,0.5;0.5;,;,"),
                StandardCharsets.US_ASCII);

        try (Journal journal = open()) {
            journal.appendOutcomes(List.of(outcome(1)), true);
        }

        assertThat(Files.readString(folder.resolve("000002.csv"))).startsWith("keelson_journal,4,").contains("O,m,e1,");
        List<JournalRecord> records = new ArrayList<>();
        try (Journal journal = open()) {
            journal.read(JournalPosition.START, journal.end(), (record, at) -> records.add(record));
            assertThat(folder.resolve("000003.csv")).doesNotExist();
        }
        assertThat(records).hasSize(2);
        assertThat(((JournalRecord.Predicted) records.getFirst()).event().keys()).isEmpty();
        assertThat(((JournalRecord.Predicted) records.getFirst()).event().features()).containsExactly(Double.NaN);
    }

    @Test
    void predictionsOfTheSecondFormatWereServedUnlessAChallengerGaveThem() throws Exception {
        Files.writeString(
                folder.resolve("000001.csv"),
                line("keelson_journal,2,P id model version role entity segment event_time_micros as_of_micros at_micros"
                                + " probabilities features watched keys,O model entity outcome known_at_micros")
                        + line("P,00000000-0000-0000-0000-000000000007,m,1,champion,e0,,0,0,0,0.5;0.5;,;,,k=v")
                        + line("P,00000000-0000-0000-0000-000000000008,m,2,challenger,e0,,0,0,0,0.5;0.5;,;,,"),
                StandardCharsets.US_ASCII);
        List<PredictionEvent> read = new ArrayList<>();

        try (Journal journal = open()) {
            journal.read(JournalPosition.START, journal.end(), (record, at) -> {
                if (record instanceof JournalRecord.Predicted(PredictionEvent event)) {
                    read.add(event);
                }
            });
        }

        assertThat(read).extracting(PredictionEvent::keys).containsExactly("k=v", "");
        assertThat(read).extracting(PredictionEvent::served).containsExactly(true, false);
        assertThat(read).extracting(PredictionEvent::metadata).containsExactly("", "");
    }

    private static String line(String fields) {
        CRC32 crc = new CRC32();
        crc.update(fields.getBytes(StandardCharsets.US_ASCII));
        return fields + ",%08x\n".formatted(crc.getValue());
    }

    @Test
    void newerFormatIsRefused() throws Exception {
        CRC32 crc = new CRC32();
        String header = "keelson_journal,5,P,O";
        crc.update(header.getBytes(StandardCharsets.US_ASCII));
        Files.writeString(
                folder.resolve("000001.csv"), header + ",%08x\n".formatted(crc.getValue()), StandardCharsets.US_ASCII);

        assertCode(this::open, ErrorCode.STORE_VERSION, "another format");
    }

    @Test
    void cutLeavesTheRecordsBefore() {
        for (int keep : new int[] {0, 1, 17, 99, 100}) {
            Path own = folder.resolve("cut" + keep);
            try (Journal journal = Journal.open(own, SMALL, JournalPosition.START)) {
                List<JournalPosition> ends = new ArrayList<>(List.of(journal.sync()));
                for (int i = 0; i < 100; i++) {
                    journal.appendOutcomes(List.of(outcome(i)), true);
                    ends.add(journal.sync());
                }

                journal.truncateTo(ends.get(keep));
                journal.appendOutcomes(List.of(outcome(777)), true);

                List<String> expected = new ArrayList<>(numbers(keep));
                expected.add("e777");
                assertThat(entities(journal, JournalPosition.START)).isEqualTo(expected);
            }
        }
    }

    @Test
    void cutWithinARecordIsRefused() {
        try (Journal journal = open()) {
            journal.appendOutcomes(List.of(outcome(0)), true);
            JournalPosition end = journal.sync();

            assertThatThrownBy(() -> journal.truncateTo(new JournalPosition(1, end.offset() - 1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void failedWriteReachesTheCallersAndStopsTheJournal() throws Exception {
        Journal journal = open();
        Files.delete(folder);
        Files.writeString(folder, "in the way", StandardCharsets.UTF_8);

        assertCode(() -> journal.appendOutcomes(List.of(outcome(0)), true), ErrorCode.NOT_WRITABLE, "000001.csv", "Maybe");
        assertCode(() -> journal.appendOutcomes(List.of(outcome(1)), false), ErrorCode.NOT_WRITABLE, "000001.csv");
        assertCode(journal::close, ErrorCode.NOT_WRITABLE, "000001.csv");
    }

    @Test
    void closedJournalSaysSo() {
        Journal journal = open();
        journal.close();
        journal.close();

        assertThatThrownBy(() -> journal.appendOutcomes(List.of(outcome(0)), false)).hasMessageContaining("closed");
    }

    private Journal open() {
        return Journal.open(folder, SMALL, JournalPosition.START);
    }

    private static OutcomeEvent outcome(int number) {
        return new OutcomeEvent("m", "e" + number, "H", Instant.EPOCH);
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(i -> "e" + i).toList();
    }

    private static List<String> entities(Journal journal, JournalPosition from) {
        List<String> entities = new ArrayList<>();
        journal.read(from, journal.end(), (record, at) -> {
            if (record instanceof JournalRecord.Settled(OutcomeEvent event)) {
                entities.add(event.entity());
            }
        });
        return entities;
    }

    private static void assertCode(ThrowingCallable call, ErrorCode code, String... parts) {
        assertThatThrownBy(call)
                .hasMessageContainingAll(parts)
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
