package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.simulate.FeedFault;
import dev.keelson.simulate.LeagueCsv;
import dev.keelson.simulate.LeagueSettings;
import dev.keelson.simulate.SimulatedBars;
import dev.keelson.simulate.SimulatedBets;
import dev.keelson.simulate.SimulatedLeague;
import dev.keelson.simulate.SimulatedMatch;
import dev.keelson.simulate.SimulatedStocks;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson simulate}. */
@Command(
        name = "simulate",
        description = "Make data with known truth.",
        subcommands = {
            SimulateCommand.League.class,
            SimulateCommand.Bets.class,
            SimulateCommand.Crypto.class,
            SimulateCommand.Stocks.class
        })
final class SimulateCommand extends CommandGroup {
    private static final String REPEATABLE = "The same settings and seed give the same files, on every machine.";

    /** What makes data from a seed. */
    abstract static class Seeded extends KeelsonCommand {
        @Option(names = "--seed", paramLabel = "N", defaultValue = "42", description = "Seed (default: 42).")
        long seed = LeagueSettings.DEFAULT_SEED;
    }

    /** {@code keelson simulate league}. */
    @Command(
            name = "league",
            description = "Write the matches of a football league whose true probabilities are known.",
            footer = REPEATABLE)
    static final class League extends Seeded {
        @Option(
                names = "--seasons",
                paramLabel = "N",
                defaultValue = "8",
                description = "Seasons, 1 to 30 (default: 8).")
        int seasons = LeagueSettings.DEFAULT_SEASONS;

        @Option(
                names = "--out",
                paramLabel = "FILE",
                required = true,
                description = "File to write: .csv, .csv.gz, or - for standard output.")
        String out = "";

        @Option(names = "--constant", description = "Nothing ever changes: every drift alarm on it is false.")
        boolean constant;

        @Option(names = "--with-truth", description = "Add the true probabilities as three columns.")
        boolean withTruth;

        @Option(
                names = "--fault",
                paramLabel = "BOOKMAKER:DATE:SCALE",
                description = "Multiply the odds of a bookmaker from a day on, such as B365:2019-09-01:1.2.")
        @Nullable String fault;

        @Override
        int run(Session session) {
            boolean standardOutput = out.equals("-");
            if (!standardOutput && !out.endsWith(".csv") && !out.endsWith(".csv.gz")) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "The file (%s) must end in .csv or .csv.gz.".formatted(out),
                        "Maybe add the ending; - means standard output.");
            }
            if (standardOutput && session.console().json()) {
                throw new KeelsonException(
                        ErrorCode.USAGE, "--out - and --json both ask for standard output.", "Maybe name a file.");
            }
            List<SimulatedMatch> matches = SimulatedLeague.generate(settings());
            if (standardOutput) {
                print(session, matches);
                return YES;
            }
            Path file = session.path(out);
            SimulatedFile.write(file, text -> {
                LeagueCsv.write(matches, text, withTruth);
                return matches.size();
            });
            session.console().line("%s\t%d matches".formatted(session.shown(file), matches.size()));
            session.console()
                    .document(JsonNodeFactory.instance
                            .objectNode()
                            .put("file", out)
                            .put("matches", matches.size())
                            .put("seasons", seasons)
                            .put("seed", seed));
            return YES;
        }

        private LeagueSettings settings() {
            try {
                LeagueSettings settings =
                        constant ? LeagueSettings.constant(seasons, seed) : LeagueSettings.defaults(seasons, seed);
                return fault == null ? settings : settings.withFeedFault(parse(fault));
            } catch (IllegalArgumentException e) {
                String[] message = String.valueOf(e.getMessage()).split("\n", 2);
                boolean named = message[0].startsWith("seasons ") || message[0].startsWith("fault ");
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        (named ? "--" : "--fault: ") + message[0],
                        message.length > 1 ? message[1].strip() : null,
                        e);
            }
        }

        private static FeedFault parse(String text) {
            String[] parts = text.split(":", -1);
            try {
                if (parts.length == 3) {
                    return new FeedFault(parts[0], LocalDate.parse(parts[1]), Double.parseDouble(parts[2]));
                }
            } catch (DateTimeException | NumberFormatException e) {
                throw new IllegalArgumentException(
                        "fault (%s) is not BOOKMAKER:DATE:SCALE.\nMaybe write it as B365:2019-09-01:1.2."
                                .formatted(text),
                        e);
            }
            throw new IllegalArgumentException(
                    "fault (%s) is not BOOKMAKER:DATE:SCALE.\nMaybe write it as B365:2019-09-01:1.2.".formatted(text));
        }

        private void print(Session session, List<SimulatedMatch> matches) {
            try {
                LeagueCsv.write(matches, session.out(), withTruth);
                session.out().flush();
            } catch (IOException e) {
                throw Failures.writing(Path.of("standard output"), e);
            }
        }
    }

    /** What writes several files into a folder. */
    abstract static class Several extends Seeded {
        @Option(
                names = "--out",
                paramLabel = "DIR",
                required = true,
                description = "Folder to write into, such as data; made if it is not there.")
        String out = "";

        /** The files below the folder, in the order of writing. */
        abstract Map<String, SimulatedFile.Rows> files();

        @Override
        final int run(Session session) {
            Map<String, SimulatedFile.Rows> files;
            try {
                files = files();
            } catch (IllegalArgumentException e) {
                throw new KeelsonException(ErrorCode.USAGE, "--" + e.getMessage(), null, e);
            }
            var list = JsonNodeFactory.instance.arrayNode();
            files.forEach((name, rows) -> {
                Path file = session.path(out).resolve(name);
                int written = SimulatedFile.write(file, rows);
                session.console().line("%s\t%d rows".formatted(session.shown(file), written));
                list.addObject().put("file", Path.of(out).resolve(name).toString()).put("rows", written);
            });
            session.console().document(JsonNodeFactory.instance.objectNode().put("seed", seed).set("files", list));
            return YES;
        }
    }

    /** {@code keelson simulate bets}. */
    @Command(
            name = "bets",
            description = "Write bets of one bettor on simulated events of five sports: bets/bets.csv.gz.",
            footer = REPEATABLE)
    static final class Bets extends Several {
        @Option(
                names = "--days",
                paramLabel = "N",
                defaultValue = "730",
                description = "Days from 2013-01-01 on, 1 to 3650 (default: 730).")
        int days = 730;

        @Override
        Map<String, SimulatedFile.Rows> files() {
            SimulatedBets bets = new SimulatedBets(days, seed);
            return Map.of("bets/bets.csv.gz", bets::write);
        }
    }

    /** {@code keelson simulate crypto}. */
    @Command(
            name = "crypto",
            description = "Write price bars of six crypto currencies: crypto/ohlcv_1h.csv.gz and crypto/ohlcv_1d.csv.gz.",
            footer = REPEATABLE)
    static final class Crypto extends Several {
        @Option(
                names = "--days",
                paramLabel = "N",
                defaultValue = "365",
                description = "Days from 2021-04-05 on, 2 to 3650 (default: 365).")
        int days = 365;

        @Override
        Map<String, SimulatedFile.Rows> files() {
            SimulatedBars bars = new SimulatedBars(days, seed);
            Map<String, SimulatedFile.Rows> files = new LinkedHashMap<>();
            files.put("crypto/ohlcv_1h.csv.gz", bars::writeHours);
            files.put("crypto/ohlcv_1d.csv.gz", bars::writeDays);
            return files;
        }
    }

    /** {@code keelson simulate stocks}. */
    @Command(
            name = "stocks",
            description = "Write daily prices, annual reports and sectors of stocks: stocks/prices_2013_2018.csv.gz,"
                    + " stocks/fundamentals.csv.gz and stocks/securities.csv.",
            footer = REPEATABLE)
    static final class Stocks extends Several {
        @Option(
                names = "--tickers",
                paramLabel = "N",
                defaultValue = "30",
                description = "How many stocks, 4 to 500 (default: 30).")
        int tickers = 30;

        @Option(
                names = "--years",
                paramLabel = "N",
                defaultValue = "5",
                description = "Years of prices from 2013-02-08 on, 1 to 10 (default: 5).")
        int years = 5;

        @Override
        Map<String, SimulatedFile.Rows> files() {
            SimulatedStocks stocks = new SimulatedStocks(tickers, years, seed);
            Map<String, SimulatedFile.Rows> files = new LinkedHashMap<>();
            files.put("stocks/prices_2013_2018.csv.gz", stocks::writePrices);
            files.put("stocks/fundamentals.csv.gz", stocks::writeReports);
            files.put("stocks/securities.csv", stocks::writeSecurities);
            return files;
        }
    }
}
