package dev.keelson.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import dev.keelson.http.SeededBackend;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.serve.PredictionQuery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The console in a real Chromium. Pictures of all pages go to {@code target/screenshots}. */
class ConsoleE2EIT {
    private static final List<Path> CHROMIUM = List.of(
            Path.of("/usr/bin/chromium"),
            Path.of("/usr/bin/chromium-browser"),
            Path.of("/usr/bin/google-chrome"),
            Path.of("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"));
    private static final Path PICTURES = Path.of("target", "screenshots");
    private static final String REMEMBER_VIOLATIONS =
            """
            window.violations = [];
            document.addEventListener('securitypolicyviolation',
                event => window.violations.push(event.violatedDirective + ' ' + event.blockedURI));
            """;
    private static final Map<String, String> PAGES = Map.ofEntries(
            Map.entry("overview", "/"),
            Map.entry("model", "/models/football-1x2"),
            Map.entry("drift", "/models/football-1x2/drift"),
            Map.entry("replay", "/models/football-1x2/replay"),
            Map.entry("training", "/models/football-1x2/training"),
            Map.entry("studies", "/models/football-1x2/studies"),
            Map.entry("study", "/models/football-1x2/studies/study-football-1x2-2020-07-01T10:00:00Z"),
            Map.entry("calibration", "/models/football-1x2/calibration"),
            Map.entry("backtest", "/models/football-1x2/backtest"),
            Map.entry("importance", "/models/football-1x2/importance?rows=500"),
            Map.entry("benchmarks", "/benchmarks"),
            Map.entry("benchmark", "/benchmarks/benchmark-weekly-0"),
            Map.entry("bandit", "/bandits/stake-size"),
            Map.entry("predictions", "/predictions"),
            Map.entry("prediction", "/predictions/{prediction}"),
            Map.entry("rollout", "/models/football-1x2/rollout"),
            Map.entry("rollout-ended", "/rollouts/r1"),
            Map.entry("api", "/api"),
            Map.entry("api-group", "/api?group=predictions"),
            Map.entry("runs", "/runs"),
            Map.entry("run", "/runs/{run}"),
            Map.entry("registry", "/registry"),
            Map.entry("registered-model", "/registry/football-1x2"),
            Map.entry("registered-version", "/registry/football-1x2/versions/8"),
            Map.entry("rollback", "/registry/football-1x2/rollback?version=3"),
            Map.entry("versions-compared", "/version-comparison?model=football-1x2&version=3&version=7"),
            Map.entry("audit", "/audit"),
            Map.entry("not-found", "/models/football-2x1"),
            Map.entry("quality", "/data"),
            Map.entry("rows-at-fault", "/data/matches/rows"),
            Map.entry("review", "/review?state=all"),
            Map.entry("versions", "/versions"),
            Map.entry("version", "/data/matches/versions/latest"),
            Map.entry("difference", "/data/matches/diff?before={version}"),
            Map.entry("features", "/features"),
            Map.entry("lineage", "/lineage"),
            Map.entry("feature-view", "/features/team_form?key=Northport"));

    private static KeelsonServer server;
    private static SeededBackend backend;
    private static Playwright playwright;
    private static Browser browser;

    @BeforeAll
    static void start() {
        Optional<Path> chromium = Optional.ofNullable(System.getenv("CHROMIUM"))
                .map(Path::of)
                .or(() -> CHROMIUM.stream().filter(Files::isExecutable).findFirst());
        assumeTrue(
                chromium.isPresent(),
                "Skipped: no Chromium here. Install it (Debian: apt-get install chromium) or name it in CHROMIUM.");
        backend = SeededBackend.seeded().withRollouts();
        server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium.get())
                        .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage")));
    }

    @AfterAll
    static void stop() {
        if (playwright != null) {
            browser.close();
            playwright.close();
        }
        if (server != null) {
            server.stop();
        }
    }

    static Stream<String> pages() {
        return PAGES.keySet().stream().sorted();
    }

    private static String address(String page) {
        return server.url()
                + Objects.requireNonNull(PAGES.get(page), page)
                        .replace("{run}", backend.runs(null, 1).getFirst().id())
                        .replace(
                                "{version}",
                                backend.data().versions("matches").getFirst().shortId())
                        .replace(
                                "{prediction}",
                                backend.predictions(new PredictionQuery(
                                                SeededBackend.MODEL, null, null, null, null, true, null, true, 1))
                                        .getFirst()
                                        .event()
                                        .id()
                                        .toString());
    }

    /** A page with everything it complains about. */
    private record Watched(Page page, List<String> complaints) {
        static Watched of(BrowserContext context) {
            context.addInitScript(REMEMBER_VIOLATIONS);
            Page page = context.newPage();
            List<String> complaints = new ArrayList<>();
            page.onConsoleMessage(message -> {
                if (message.type().equals("error") || message.type().equals("warning")) {
                    complaints.add(message.text());
                }
            });
            page.onPageError(complaints::add);
            return new Watched(page, complaints);
        }

        List<String> all() {
            List<String> all = new ArrayList<>(complaints);
            if (page.evaluate("window.violations") instanceof List<?> violations) {
                violations.forEach(violation -> all.add("CSP: " + violation));
            }
            // the browser itself reports the status of a page that is meant to be missing
            all.removeIf(complaint -> complaint.contains("the server responded with a status of 404"));
            return all;
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void nothingIsBlockedAndNothingFailsInEitherTheme(String name) {
        try (BrowserContext context = browser.newContext(
                new Browser.NewContextOptions().setViewportSize(1280, 860).setDeviceScaleFactor(1))) {
            Watched watched = Watched.of(context);
            watched.page().navigate(address(name));

            for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) { // the style sheet alone tells them apart
                watched.page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
                watched.page().evaluate("document.fonts.ready");

                watched.page()
                        .screenshot(new Page.ScreenshotOptions()
                                .setFullPage(true)
                                .setPath(PICTURES.resolve(name + "-" + scheme.name().toLowerCase(Locale.ROOT) + ".png")));
                assertThat(watched.all()).isEmpty();
                assertThat(watched.page().evaluate("document.fonts.check('14px Inter')")).isEqualTo(true);
                assertThat(watched.page().evaluate("typeof htmx")).isEqualTo("object");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void aPhoneNeedsNoSidewaysScroll(String name) {
        try (BrowserContext context =
                browser.newContext(new Browser.NewContextOptions().setViewportSize(390, 844))) {
            Page page = context.newPage();

            page.navigate(address(name));

            page.screenshot(new Page.ScreenshotOptions()
                    .setFullPage(true)
                    .setPath(PICTURES.resolve(name + "-phone.png")));
            assertThat(((Number) page.evaluate("document.documentElement.scrollWidth")).intValue())
                    .isLessThanOrEqualTo(390);
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyPageReadsWithScriptsOff(String name) {
        try (BrowserContext context =
                browser.newContext(new Browser.NewContextOptions().setJavaScriptEnabled(false))) {
            Page page = context.newPage();

            page.navigate(address(name));

            assertThat(page.locator("h1").innerText()).isNotBlank();
            assertThat(page.locator("main").innerText()).hasSizeGreaterThan(60);
        }
    }

    @Test
    void scriptsOffStillFiltersPagesAndChangesTheTheme() {
        try (BrowserContext context =
                browser.newContext(new Browser.NewContextOptions().setJavaScriptEnabled(false))) {
            Page page = context.newPage();
            page.navigate(server.url() + "/predictions");

            page.locator("input[name=text]").fill("Kingsbridge");
            page.locator(".filters button").click();
            page.locator("button[value=dark]").click();

            assertThat(page.url()).contains("text=Kingsbridge");
            assertThat(page.locator("html").getAttribute("data-theme")).isEqualTo("dark");
            assertThat(page.locator("tbody tr td.about").allInnerTexts())
                    .isNotEmpty()
                    .allMatch(text -> text.contains("Kingsbridge"));
        }
    }

    @Test
    void aChosenThemeIsStrongerThanTheSystems() {
        try (BrowserContext context =
                browser.newContext(new Browser.NewContextOptions().setColorScheme(ColorScheme.DARK))) {
            Page page = context.newPage();
            page.navigate(server.url() + "/runs");
            Object dark = page.evaluate("getComputedStyle(document.body).backgroundColor");

            page.locator("button[value=light]").click();
            page.waitForURL("**/runs");

            assertThat(page.locator("html").getAttribute("data-theme")).isEqualTo("light");
            assertThat(page.evaluate("getComputedStyle(document.body).backgroundColor"))
                    .isNotEqualTo(dark)
                    .isEqualTo("rgb(246, 247, 249)");
        }
    }

    @Test
    void aFilterChangesTheListWithoutLoadingThePageAgain() {
        try (BrowserContext context = browser.newContext()) {
            Watched watched = Watched.of(context);
            Page page = watched.page();
            page.navigate(server.url() + "/predictions");
            page.evaluate("window.sameDocument = true");

            page.locator("select[name=settled]").selectOption("false");
            page.locator("#list >> text=10 predictions").waitFor();

            assertThat(page.evaluate("window.sameDocument")).isEqualTo(true);
            assertThat(page.url()).contains("settled=false");
            assertThat(watched.all()).isEmpty();
        }
    }

    @Test
    void theNextPageOfPredictionsIsFetchedInPlace() {
        try (BrowserContext context = browser.newContext()) {
            Watched watched = Watched.of(context);
            Page page = watched.page();
            page.navigate(server.url() + "/predictions");
            String first = page.locator("tbody tr a").first().getAttribute("href");

            page.locator("a[rel=next]").click();
            page.locator("text=First page").waitFor();

            assertThat(page.locator("tbody tr a").first().getAttribute("href")).isNotEqualTo(first);
            assertThat(page.url()).contains("cursor=");
            assertThat(watched.all()).isEmpty();
        }
    }

    @Test
    void aRowIsDecidedAndTheDecisionUndoneWithScriptsOff() {
        SeededBackend own = SeededBackend.loaded();
        KeelsonServer other = KeelsonServer.start(own, KeelsonServer.DEFAULT_HOST, 0);
        try (BrowserContext context =
                browser.newContext(new Browser.NewContextOptions().setJavaScriptEnabled(false))) {
            Page page = context.newPage();
            page.navigate(other.url() + "/review");

            page.locator("tbody summary").first().click();
            page.locator("tbody tr >> nth=0 >> input[name=reason]").fill("A typo.");
            page.locator("tbody tr >> nth=0 >> input[name=text]").fill("1.5");
            page.locator("tbody tr >> nth=0 >> button[value=correct]").click();

            assertThat(page.locator("tbody tr").count()).isEqualTo(1);
            assertThat(page.locator(".decisions").innerText()).contains("corrected").contains("0.5 → 1.5");
            page.locator(".decisions summary").click();
            page.locator(".decisions input[name=reason]").fill("It was right.");
            page.locator(".decisions button").click();
            assertThat(page.locator("tbody tr").count()).isEqualTo(2);
            assertThat(own.data().decisions("matches")).hasSize(2);
        } finally {
            other.stop();
        }
    }

    @Test
    void otherStakesAreTriedByKeyboardWithScriptsOff() {
        try (BrowserContext context =
                browser.newContext(new Browser.NewContextOptions().setJavaScriptEnabled(false))) {
            Page page = context.newPage();
            page.navigate(server.url() + "/models/football-1x2/backtest");

            page.locator("input[name=stake]").focus();
            page.keyboard().type("flat(10)");
            page.keyboard().press("Enter");
            page.waitForURL("**stake=flat**");

            assertThat(page.locator("main").innerText()).contains("flat(10)");
            assertThat(page.locator("svg.wealth").getAttribute("aria-label")).contains("highest so far");
            assertThat(page.locator("a:has-text('Bets as CSV')").getAttribute("href")).contains("stake=flat%2810%29");
        }
    }

    @Test
    void keysLeadToTheJudgementsOfAModelAndWideTablesCanBeScrolledByThem() {
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            page.navigate(server.url() + "/models/football-1x2");

            page.keyboard().press("g");
            page.keyboard().press("c");
            page.waitForURL("**/calibration");

            assertThat(page.evaluate("Array.from(document.querySelectorAll('.scroll')).every(e => e.tabIndex === 0)"))
                    .isEqualTo(true);
            assertThat(page.evaluate("Array.from(document.querySelectorAll('svg.chart'))"
                            + ".every(e => e.getAttribute('role') === 'img' && e.getAttribute('aria-label'))"))
                    .isEqualTo(true);
            page.keyboard().press("g");
            page.keyboard().press("i");
            page.waitForURL("**/importance");
        }
    }

    @Test
    void keysMoveBetweenPagesAndRows() {
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            page.navigate(server.url() + "/");

            page.keyboard().press("g");
            page.keyboard().press("r");
            page.waitForURL("**/runs");
            page.keyboard().press("j");
            page.keyboard().press("Shift+?");

            assertThat(page.locator("tr.picked").count()).isEqualTo(1);
            assertThat(page.locator("dialog[open]").isVisible()).isTrue();
        }
    }

    @Test
    void aTrainingIsBegunByKeyboardFollowedWithoutLosingFocusAndStopped() {
        KeelsonServer other = KeelsonServer.start(SeededBackend.seeded(), KeelsonServer.DEFAULT_HOST, 0);
        try (BrowserContext context = browser.newContext()) {
            Watched watched = Watched.of(context);
            Page page = watched.page();
            page.navigate(other.url() + "/models/football-1x2");
            page.keyboard().press("g");
            page.keyboard().press("t");
            page.waitForURL("**/training");

            page.locator("button.primary").focus();
            page.keyboard().press("Enter");
            page.waitForURL("**/training?training=*");
            page.locator("button.danger").focus();
            page.waitForResponse(response -> response.url().contains("training="), () -> {});
            page.waitForResponse(response -> response.url().contains("training="), () -> {});

            assertThat(page.evaluate("document.activeElement.textContent")).isEqualTo("Stop");
            assertThat(page.locator("progress").getAttribute("value")).isEqualTo("3");
            page.keyboard().press("Enter");
            page.locator("text=nothing was registered").first().waitFor();
            assertThat(page.locator("[hx-trigger^=every]").count()).isZero();
            assertThat(watched.all()).isEmpty();
        } finally {
            other.stop();
        }
    }

    @Test
    void bestSettingsAreCopiedAndTrialsSorted() {
        try (BrowserContext context = browser.newContext(new Browser.NewContextOptions()
                .setPermissions(List.of("clipboard-read", "clipboard-write")))) {
            Watched watched = Watched.of(context);
            Page page = watched.page();
            page.navigate(address("study"));

            page.locator("[data-copy]").click();
            page.locator("text=Copied").waitFor();
            Object copied = page.evaluate("navigator.clipboard.readText()");
            page.locator("text=Best first").click();
            page.waitForURL("**sort=loss");

            assertThat(copied).asString().contains("max_depth: 3");
            assertThat(page.locator("tbody tr").first().getAttribute("class")).isEqualTo("own");
            assertThat(page.locator("svg[role=img]").count()).isGreaterThanOrEqualTo(7);
            assertThat(watched.all()).isEmpty();
        }
    }

    @Test
    void theStandAloneReportLoadsNothingAndBreaksNoRule() throws Exception {
        String id = backend.reports("drift", SeededBackend.MODEL, 1).getFirst().id();
        try (BrowserContext context = browser.newContext(
                new Browser.NewContextOptions().setViewportSize(1280, 860))) {
            Watched watched = Watched.of(context);
            List<String> requests = new ArrayList<>();
            watched.page().onRequest(request -> requests.add(request.url()));
            String address = server.url() + "/api/v1/drift-reports/" + id + "?format=html";

            watched.page().navigate(address);

            Path file = Files.createDirectories(PICTURES).resolve("report.html");
            Files.writeString(file, watched.page().content());
            watched.page()
                    .screenshot(new Page.ScreenshotOptions().setFullPage(true).setPath(PICTURES.resolve("report.png")));
            assertThat(requests).filteredOn(request -> !request.endsWith("favicon.ico")).containsExactly(address);
            assertThat(watched.all()).isEmpty();
            assertThat(watched.page().locator("script").count()).isZero();
            assertThat(watched.page()
                            .evaluate("getComputedStyle(document.querySelector('.card')).borderTopWidth"))
                    .isEqualTo("1px");
        }
    }
}
