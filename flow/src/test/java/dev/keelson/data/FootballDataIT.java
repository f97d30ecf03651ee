package dev.keelson.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keelson.data.ColumnDefinition.OnFail;
import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.frame.ColumnType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The real matches, when they are there: see KEELSON_DATA. */
class FootballDataIT {
    private static SourceRows matches() throws IOException {
        String folder = System.getenv("KEELSON_DATA");
        List<Path> candidates = folder == null || folder.isEmpty()
                ? List.of(Path.of("../shared/data"), Path.of("../../shared/data"))
                : List.of(Path.of(folder));
        Path file = candidates.stream()
                .map(path -> path.resolve("football").resolve("matches.csv.gz"))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElse(Path.of(""));
        assumeTrue(!file.toString().isEmpty(), "The football data is not there; set KEELSON_DATA to its folder.");
        SourceDefinition source = Sources.dated()
                .key("div", "date", "HomeTeam", "AwayTeam")
                .zone("Europe/London")
                .outcomes("FTHG", "FTAG", "FTR")
                .column(new ColumnDefinition(
                        "FTR",
                        ColumnType.STRING,
                        List.of(),
                        true,
                        null,
                        null,
                        List.of("H", "D", "A"),
                        null,
                        OnFail.QUARANTINE,
                        null))
                .least("AvgH", 1.01, OnFail.QUARANTINE)
                .build();
        return SourceReader.parse(source, "matches.csv.gz", Files.readAllBytes(file), null);
    }

    @Test
    void everyMatchIsAccountedForAndWeeklyLoadsGiveTheBulkVersion() throws IOException {
        SourceRows rows = matches();
        Instant end = Instant.parse("2021-06-05T00:00:00Z");

        LoadReport bulk = new DataLoad(new InMemoryDatasetStore()).load(rows, null, end);
        DataLoad load = new DataLoad(new InMemoryDatasetStore());
        Instant until = Instant.parse("2018-08-01T00:00:00Z");
        LoadReport weekly = load.load(rows, until, until);
        long loaded = weekly.loaded();
        while (until.isBefore(end)) {
            until = until.plus(Duration.ofDays(7));
            weekly = load.load(rows, until, until);
            loaded += weekly.loaded();
        }

        assertThat(bulk.read()).isEqualTo(23_136);
        assertThat(bulk.loaded() + bulk.quarantined().size()).isEqualTo(23_136);
        assertThat(loaded + weekly.quarantined().size()).isEqualTo(23_136);
        assertThat(Objects.requireNonNull(weekly.version()).id())
                .isEqualTo(Objects.requireNonNull(bulk.version()).id());
    }
}
