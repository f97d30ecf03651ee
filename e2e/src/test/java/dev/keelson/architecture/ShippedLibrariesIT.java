package dev.keelson.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the distribution ships is named in NOTICE, under a licence that allows it. */
final class ShippedLibrariesIT {
    private static final Path PROJECT = 
            Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize().resolve("..");
    private static final Set<String> ALLOWED =
            Set.of("Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0");
    private static final Pattern VERSION = Pattern.compile("-\\d[\\w.+-]*\\.jar$");
    private static final Pattern LINE = Pattern.compile("(\\S+) {2,}(\\S+(?: (?:or|and) \\S+)*) {2,}(\\S.*)");

    /** A line of NOTICE: which jars, and their licence. */
    private record Library(String name, String licence) {
        boolean covers(String jar) {
            return name.endsWith("*") ? jar.startsWith(name.substring(0, name.length() - 1)) : jar.equals(name);
        }
    }

    @Test
    void everyShippedLibraryIsNamedInNotice() throws IOException {
        List<Library> named = named();

        List<String> shipped = shipped();

        assertThat(shipped)
                .filteredOn(jar -> named.stream().noneMatch(library -> library.covers(jar)))
                .as("shipped, but not named in NOTICE with its licence")
                .isEmpty();
    }

    @Test
    void noticeNamesNothingThatIsNotShipped() throws IOException {
        List<String> shipped = shipped();

        List<Library> named = named();

        assertThat(named)
                .filteredOn(library -> shipped.stream().noneMatch(library::covers))
                .as("named in NOTICE, but not shipped")
                .isEmpty();
    }

    @Test
    void everyLicenceAllowsShipping() throws IOException {
        assertThat(named()).allSatisfy(library ->
                assertThat(library.licence().split(" (or|and) ")).as(library.name()).isSubsetOf(ALLOWED));
    }

    private static List<Library> named() throws IOException {
        List<Library> named = Files.readAllLines(PROJECT.resolve("NOTICE")).stream()
                .map(LINE::matcher)
                .filter(line -> line.matches())
                .map(line -> new Library(line.group(1), line.group(2)))
                .toList();
        assertThat(named).as("libraries named in NOTICE").isNotEmpty();
        return named;
    }

    private static List<String> shipped() throws IOException {
        Path lib = PROJECT.resolve("cli/target/keelson/lib");
        assumeTrue(Files.isDirectory(lib), "No distribution at cli/target/keelson: run it with ./mvnw verify.");
        try (Stream<Path> jars = Files.list(lib)) {
            return jars.map(jar -> VERSION.matcher(jar.getFileName().toString()).replaceFirst(""))
                    .filter(jar -> !jar.startsWith("keelson-"))
                    .sorted()
                    .toList();
        }
    }
}
