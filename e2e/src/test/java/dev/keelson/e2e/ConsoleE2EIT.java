package dev.keelson.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import dev.keelson.http.RolloutService;
import dev.keelson.http.SeededBackend;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.AlertQuery;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.wiring.LiveBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The console in a real Chromium. Pictures of all pages go to {@code target/screenshots}. */
class ConsoleE2EIT {
    private static final List<Path> CHROMIUM = List.of(
            Path.of("/usr/bin/chromium"),
            Path.of("/usr/bin/chromium-browser"),
            Path.of("/usr/bin/google-chrome"),
            Path.of("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"));
    /** After so many milliseconds of its own clock every list has fetched itself again. */
    private static final long REFRESHED = 10_000;

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
            Map.entry("model-performance", "/models/football-1x2/performance?window=month"),
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
            Map.entry("bets-performance", "/performance?by=odds_band"),
            Map.entry("bets-performance-few", "/performance?by=sport&by=month&sport=Tennis&to=2011-10-01"),
            Map.entry("bets-settled", "/performance/bets?sport=Tennis"),
            Map.entry("bets-opportunities", "/opportunities"),
            Map.entry("bets-opportunity", "/opportunities/seen-1"),
            Map.entry("performance-switched-off", "/performance"),
            Map.entry("rollout", "/models/football-1x2/rollout"),
            Map.entry("rollout-ended", "/rollouts/r1"),
            Map.entry("schedules", "/schedules"),
            Map.entry("jobs", "/jobs"),
            Map.entry("job", "/jobs/asked-retrain-football-1x2-odds-0"),
            Map.entry("alerts", "/alerts"),
            Map.entry("suggestions", "/suggestions?state=all"),
            Map.entry("suggestion", "/suggestions/suggestion-promote-football-1x2-job%2Ffootball-1x2"),
            Map.entry("admin", "/admin"),
            Map.entry("retraining", "/retraining"),
            Map.entry("settings", "/settings"),
            Map.entry("alert", "/alerts/{alert}"),
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

    /** Pages of this beginning are those of a server of bets. */
    private static final String OF_BETS = "bets-";

    @TempDir
    static Path folder;

    private static KeelsonServer server;
    private static LiveBackend bets;
    private static KeelsonServer betsServer;
    private static SeededBackend backend;
    private static Playwright playwright;
    private static Browser browser;
    /** Tabs in which every page is looked at, one after the other: what pages share is fetched once. */
    private static Watched desktop;

    private static Page scriptless;
    private static Page still;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> chromium = Optional.ofNullable(System.getenv("CHROMIUM"))
                .map(Path::of)
                .or(() -> CHROMIUM.stream().filter(Files::isExecutable).findFirst());
        assumeTrue(
                chromium.isPresent(),
                "Skipped: no Chromium here. Install it (Debian: apt-get install chromium) or name it in CHROMIUM.");
        backend = SeededBackend.seeded().withRollouts().withOperations();
        server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
        bets = LiveBackend.open(BetsProject.in(folder, "", Map.of()), BetsProject.CLOCK);
        betsServer = KeelsonServer.start(bets, KeelsonServer.DEFAULT_HOST, 0);
        for (int i = 1; i <= 3; i++) {
            bets.bets().capture(new ObjectMapper().readTree(
                    """
                    {"id":"seen-%d","bet":{"sport":"%s","league":"Serie A","market":"1X2","institution_name":"Bet365","odds":2.%d,"fair_prob":0.5},
                     "bankroll":1000,"seen":{"url":"https://prices.example/1","title":"Prices of <b>Saturday</b>"}}"""
                            .formatted(i, i == 3 ? "Tennis" : "Football", i)));
        }
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium.get())
                        .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage")));
        desktop = Watched.of(browser.newContext(new Browser.NewContextOptions().setDeviceScaleFactor(1)));
        scriptless = browser.newContext(new Browser.NewContextOptions().setJavaScriptEnabled(false))
                .newPage();
        still = browser.newContext(new Browser.NewContextOptions()
                        .setReducedMotion(ReducedMotion.REDUCE)) // a colour on its way is none that is read
                .newPage();
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
        if (betsServer != null) {
            betsServer.stop();
            bets.close();
        }
    }

    static Stream<String> pages() {
        return PAGES.keySet().stream().sorted();
    }

    private static String address(String page) {
        return (page.startsWith(OF_BETS) ? betsServer : server).url()
                + Objects.requireNonNull(PAGES.get(page), page)
                        .replace("{run}", backend.runs(null, 1).getFirst().id())
                        .replace("{alert}", openAlert(backend))
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

    private static String openAlert(SeededBackend of) {
        return of.alerts()
                .list(new AlertQuery(Set.of(Alert.State.OPEN), "drift", null, null, 1))
                .path("alerts")
                .path(0)
                .path("id")
                .asText();
    }

    /** A page with everything it complains about. */
    private record Watched(Page page, List<String> complaints) {
        static Watched of(BrowserContext context) {
            context.addInitScript(REMEMBER_VIOLATIONS);
            return of(context.newPage());
        }

        /** @param page of a context that remembers violations */
        static Watched of(Page page) {
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
    void nothingIsBlockedAndNothingFailsInEitherThemeAndAPhoneNeedsNoSidewaysScroll(String name) {
        Page page = desktop.page();
        desktop.complaints().clear();
        page.setViewportSize(1280, 860);
        page.navigate(address(name));

        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) { // the style sheet alone tells them apart
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
            page.evaluate("document.fonts.ready");

            picture(page, name + "-" + scheme.name().toLowerCase(Locale.ROOT));
            assertThat(desktop.all()).isEmpty();
            assertThat(page.evaluate("document.fonts.check('14px Inter')")).isEqualTo(true);
            assertThat(page.evaluate("typeof htmx")).isEqualTo("object");
        }

        page.setViewportSize(390, 844); // so does the width
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));

        picture(page, name + "-phone");
        assertThat(((Number) page.evaluate("document.documentElement.scrollWidth")).intValue())
                .isLessThanOrEqualTo(390);
        assertThat(page.evaluate(
                        "[...document.querySelectorAll('.scroll')].filter(e => e.querySelector('table') && e.scrollWidth > e.clientWidth)"
                                + ".map(e => e.ariaLabel)"))
                .as("tables that are wider than their box")
                .isEqualTo(List.of());
    }

    private static void picture(Page page, String name) {
        page.screenshot(
                new Page.ScreenshotOptions().setFullPage(true).setPath(PICTURES.resolve(name + ".png")));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void axeFindsNothingInEitherThemeOrOnAPhone(String name) throws Exception {
        String axe = System.getenv("KEELSON_AXE");
        assumeTrue(axe != null, "Skipped: no axe-core here. Name its axe.min.js in KEELSON_AXE (npm pack axe-core).");
        still.setViewportSize(1280, 860);
        still.navigate(address(name));
        still.evaluate(Files.readString(Path.of(Objects.requireNonNull(axe))));

        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            still.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
            assertThat(axe(still)).as(scheme.name()).isEmpty();
        }
        still.setViewportSize(390, 844);
        assertThat(axe(still)).as("phone").isEmpty();
    }

    /** What breaks a rule of WCAG 2.0 to 2.2, A or AA: the rule and where. */
    private static List<?> axe(Page page) {
        return (List<?>) page.evaluate(
                """
                async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }))
                    .violations.flatMap(each => each.nodes.map(node => each.id + ' ' + node.target.join(' ') + ': ' + node.failureSummary))""");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyPageReadsWithScriptsOff(String name) {
        scriptless.navigate(address(name));

        assertThat(scriptless.locator("h1").innerText()).isNotBlank();
        assertThat(scriptless.locator("main").innerText()).hasSizeGreaterThan(60);
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
    void aGroupOfBetsLeadsToItsBetsWithScriptsOff() {
        try (BrowserContext context =
                browser.newContext(new Browser.NewContextOptions().setJavaScriptEnabled(false))) {
            Page page = context.newPage();
            page.navigate(betsServer.url() + "/");
            page.locator("text=Bets >> nth=0").click();
            page.locator("select[name=by] >> nth=0").selectOption("odds_band");
            page.locator("select[name=sport]").selectOption("Football");
            page.locator(".filters button").click();

            page.waitForLoadState();
            assertThat(page.url()).contains("by=odds_band").contains("sport=Football");
            assertThat(List.of("below 1.5", "1.5 to 2", "2 to 3", "3 to 5", "5 and above"))
                    .containsSubsequence(page.locator("main section:has(h2:has-text('By odds band')) tbody th").allInnerTexts());
            assertThat(page.locator("svg.money").getAttribute("aria-label")).contains("95 % interval");
            assertThat(page.locator("svg.hits, svg.bars, svg.reliability").count()).isEqualTo(4);
            String count = page.locator("main section:has(h2:has-text('By odds band')) tbody td a").first().innerText();
            page.locator("main section:has(h2:has-text('By odds band')) tbody td a").first().click();
            assertThat(page.url()).contains("/performance/bets?").contains("odds_band=").contains("sport=Football");
            assertThat(page.locator("tbody tr").count()).isEqualTo(Math.min(50, Integer.parseInt(count.replace(",", ""))));
            assertThat(page.locator("tbody td:nth-child(2)").allInnerTexts()).containsOnly("Football");
        }
    }

    @Test
    void featuresOfAPredictionTellHowOldTheyWere() {
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            page.navigate(betsServer.url() + "/predictions");
            page.locator("tbody a[href^='/predictions/']").first().click();
            page.waitForURL("**/predictions/*");

            assertThat(page.locator("main").innerText()).contains("Features used").containsPattern("the oldest was \\S+ \\S+ old");
        }
    }

    @Test
    void figuresOfBetsSayWhenTheyAreNotEnoughAndWhatToDoWithoutAny() {
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            page.navigate(betsServer.url() + "/performance?sport=Football&to=2010-01-01");
            String filtered = page.locator("main").innerText();
            page.navigate(betsServer.url() + "/performance/bets?sport=Football&limit=1");
            String day = page.locator("tbody th").first().innerText().substring(0, 10);
            page.navigate(betsServer.url() + "/performance?sport=Football&from=" + day);
            String few = page.locator("main").innerText();
            page.navigate(server.url() + "/performance");
            String off = page.locator("main").innerText();
            page.navigate(betsServer.url() + "/opportunities?text=nowhere");
            String nowhere = page.locator("main").innerText();

            assertThat(filtered).contains("Filtered away", "Show all");
            assertThat(few).contains("not enough yet to tell skill from chance: 30 bets are the least");
            assertThat(off).contains("Switched off: the project scores no bets.", "serve: { bets: { model: MODEL } }");
            assertThat(nowhere).contains("0 opportunities", "Filtered away");
        }
    }

    @Test
    void anOpportunityIsFoundAndSettledByKeyboard() {
        try (BrowserContext context = browser.newContext()) {
            Watched watched = Watched.of(context);
            Page page = watched.page();
            page.navigate(betsServer.url() + "/performance");
            page.keyboard().press("g");
            page.keyboard().press("x");
            page.waitForURL("**/opportunities");
            page.locator("input[name=text]").fill("tennis");
            page.keyboard().press("Enter");
            page.waitForURL("**text=tennis**");
            assertThat(page.locator("tbody tr").count()).isEqualTo(1);
            assertThat(page.locator("td.source a").getAttribute("href")).isEqualTo("https://prices.example/1");

            page.locator("tbody summary").focus();
            page.keyboard().press("Enter");
            page.locator("tbody select[name=result]").selectOption("half_lost");
            page.locator("tbody input[name=stake]").fill("8");
            page.keyboard().press("Enter");
            page.locator("text=half lost").first().waitFor();

            assertThat(page.url()).contains("text=tennis");
            assertThat(page.locator("tbody tr").innerText()).contains("-4.00 for a stake of 8.00", "Correct");
            page.locator("tbody th a").click();
            page.waitForURL("**/opportunities/seen-3");
            assertThat(page.locator("main").innerText()).contains("half lost", "Reasons", "gives it a chance of");
            page.locator("a:has-text('The prediction')").click();
            page.waitForURL("**/predictions/*");
            assertThat(page.locator("main").innerText()).contains("bet-won v1", "Why");
            assertThat(watched.all()).isEmpty();
        }
    }

    @Test
    void aRolloutRefreshesItselfAndLeavesAnOpenFormAlone() {
        SeededBackend own = SeededBackend.seeded().withRollouts();
        KeelsonServer other = KeelsonServer.start(own, KeelsonServer.DEFAULT_HOST, 0);
        try (BrowserContext context = browser.newContext()) {
            Watched watched = Watched.of(context);
            Page page = watched.page();
            page.clock().install();
            page.navigate(other.url() + "/models/football-1x2/rollout");
            page.evaluate("window.sameDocument = true");
            page.locator("summary:has-text('Abort')").click();
            page.locator("form[action$=abort] input[name=reason]").fill("I am still typing");

            own.rollouts().change(SeededBackend.MODEL, RolloutService.Verb.PAUSE, new RolloutService.Change("bob", "Look.", false));
            page.clock().runFor(REFRESHED);
            page.locator("summary:has-text('Resume')").waitFor();

            assertThat(page.evaluate("window.sameDocument")).isEqualTo(true);
            assertThat(page.locator("form[action$=abort] input[name=reason]").inputValue()).isEqualTo("I am still typing");
            assertThat(page.locator("form[action$=abort] input[name=reason]").isVisible()).isTrue();
            assertThat(page.locator("main button[disabled]").allInnerTexts()).containsExactly("Promote");
            own.rollouts().change(SeededBackend.MODEL, RolloutService.Verb.ABORT, new RolloutService.Change("bob", "Enough.", false));
            page.clock().runFor(REFRESHED);
            page.locator("summary:has-text('Begin a rollout')").waitFor();
            assertThat(page.locator("[hx-trigger^=every], main button[disabled]").count()).isZero();
            assertThat(page.locator("form[action$=abort]").count()).isZero();
            assertThat(page.locator("svg.rollout").count()).isEqualTo(2);
            assertThat(watched.all()).isEmpty();
        } finally {
            other.stop();
        }
    }

    @Test
    void alertsArePickedByKeysAndAcknowledgedTogether() {
        KeelsonServer other = KeelsonServer.start(SeededBackend.seeded().withOperations(), KeelsonServer.DEFAULT_HOST, 0);
        try (BrowserContext context = browser.newContext()) {
            Watched watched = Watched.of(context);
            Page page = watched.page();
            page.navigate(other.url() + "/");
            assertThat(page.locator(".open-alerts").innerText()).startsWith("2");
            page.keyboard().press("g");
            page.keyboard().press("!");
            page.waitForURL("**/alerts");
            for (String key : List.of("j", "x", "j", "x")) {
                page.keyboard().press(key);
            }
            assertThat(page.locator("input[name=alert]:checked").count()).isEqualTo(2);
            page.locator("#several input[name=actor]").fill("ann");
            page.locator("#several input[name=reason]").fill("We know.");
            page.locator("button[value=acknowledge]").click();
            page.locator("text=ann: We know. >> nth=1").waitFor();

            assertThat(page.locator(".open-alerts").count()).isZero();
            page.keyboard().press("j");
            page.keyboard().press("Enter");
            page.waitForURL("**/alerts/*");
            assertThat(page.locator("main").innerText()).contains("Where it was told", "acknowledged");
            assertThat(watched.all()).isEmpty();
        } finally {
            other.stop();
        }
    }

    @Test
    void aSuggestionIsFoundFromTheOverviewAndDismissedByKeyboard() {
        KeelsonServer other = KeelsonServer.start(SeededBackend.seeded().withOperations(), KeelsonServer.DEFAULT_HOST, 0);
        try (BrowserContext context = browser.newContext()) {
            Watched watched = Watched.of(context);
            Page page = watched.page();
            page.navigate(other.url() + "/");
            assertThat(page.locator(".attention").innerText()).contains("v8 of football-1x2 would have been promoted");
            for (String key : List.of("g", "!")) {
                page.keyboard().press(key);
            }
            page.waitForURL("**/alerts");
            for (String key : List.of("g", "4")) {
                page.keyboard().press(key);
            }
            page.waitForURL("**/suggestions");
            page.locator("a:has-text('Promote v8 of football-1x2')").click();
            page.waitForURL("**/suggestions/*");
            page.locator("summary:has-text('Dismiss')").press("Enter");
            page.locator("details[open] input[name=actor]").fill("ann");
            page.locator("details[open] input[name=reason]").fill("Not in the last week of the season.");
            page.locator("details[open] button").press("Enter");
            page.locator("text=Not in the last week of the season.").waitFor();

            assertThat(page.locator("main").innerText()).contains("dismissed", "ann");
            assertThat(page.locator("summary:has-text('Accept')").count()).isZero();
            page.navigate(other.url() + "/");
            assertThat(page.locator(".attention").innerText()).doesNotContain("v8 of football-1x2 would have been promoted");
            assertThat(watched.all()).isEmpty();
        } finally {
            other.stop();
        }
    }

    @Test
    void aListThatFetchesItselfAgainKeepsWhatWasPicked() {
        SeededBackend own = SeededBackend.seeded().withOperations();
        KeelsonServer other = KeelsonServer.start(own, KeelsonServer.DEFAULT_HOST, 0);
        try (BrowserContext context = browser.newContext()) {
            Watched watched = Watched.of(context);
            Page page = watched.page();
            page.clock().install();
            page.navigate(other.url() + "/alerts");
            page.evaluate("window.sameDocument = true");
            page.keyboard().press("j");
            page.keyboard().press("x");
            page.locator("#several input[name=reason]").fill("I am still typing");

            own.alerts().acknowledge(openAlert(own), "bob", "It is mine.");
            page.clock().runFor(REFRESHED);
            page.locator("text=bob: It is mine.").waitFor();

            assertThat(page.evaluate("window.sameDocument")).isEqualTo(true);
            assertThat(page.locator("input[name=alert]:checked").count()).isEqualTo(1);
            assertThat(page.locator("tr.picked").count()).isEqualTo(1);
            assertThat(page.locator("#several input[name=reason]").inputValue()).isEqualTo("I am still typing");
            assertThat(watched.all()).isEmpty();
        } finally {
            other.stop();
        }
    }

    @Test
    void aScheduleIsRunAndItsJobCancelledWithScriptsOff() {
        KeelsonServer other = KeelsonServer.start(SeededBackend.seeded().withOperations(), KeelsonServer.DEFAULT_HOST, 0);
        try (BrowserContext context =
                browser.newContext(new Browser.NewContextOptions().setJavaScriptEnabled(false))) {
            Page page = context.newPage();
            page.navigate(other.url() + "/schedules");
            page.locator("#schedule-weekly summary:has-text('Run now')").click();
            page.locator("form[action='/schedules/weekly/run'] input[name=actor]").fill("ann");
            page.locator("form[action='/schedules/weekly/run'] input[name=reason]").fill("New data.");
            page.locator("form[action='/schedules/weekly/run'] button").click();

            assertThat(page.locator("#schedule-weekly").innerText()).contains("waiting");
            page.locator("#schedule-weekly .last a").first().click();
            page.locator("summary:has-text('Cancel')").click();
            page.locator("form[action='/jobs/cancel'] input[name=actor]").fill("ann");
            page.locator("form[action='/jobs/cancel'] input[name=reason]").fill("Not yet.");
            page.locator("form[action='/jobs/cancel'] button").click();

            assertThat(page.locator("[role=status]").innerText()).contains("cancelled");
            assertThat(page.locator(".log").innerText()).contains("ann asks for its end: Not yet.");
        } finally {
            other.stop();
        }
    }

    @Test
    void aThresholdIsWrittenToTheProjectFileWithScriptsOff() {
        SeededBackend own = SeededBackend.seeded().withOperations();
        KeelsonServer other = KeelsonServer.start(own, KeelsonServer.DEFAULT_HOST, 0);
        try (BrowserContext context =
                browser.newContext(new Browser.NewContextOptions().setJavaScriptEnabled(false))) {
            Page page = context.newPage();
            page.navigate(other.url() + "/admin");
            page.locator("text=Change them").click();
            page.locator("input[name='set.monitors.drift.share']").fill("20%");
            page.locator("form[id='write-monitors.drift'] input[name=actor]").fill("ann");
            page.locator("form[id='write-monitors.drift'] input[name=reason]").fill("Sooner.");
            page.locator("button:has-text('Write monitors.drift')").click();

            assertThat(page.locator("input[name='set.monitors.drift.share']").inputValue()).isEqualTo("20%");
            assertThat(page.locator("main").innerText()).contains("monitors.drift.share: 30% → 20%: Sooner.");
            page.navigate(other.url() + "/retraining");
            page.locator("summary:has-text('Train one')").first().click();
            page.locator("details[open] select[name=model]").selectOption("football-1x2-odds");
            page.locator("details[open] input[name=actor]").fill("ann");
            page.locator("details[open] input[name=reason]").fill("With the new threshold.");
            page.locator("details[open] button").click();
            assertThat(page.locator("main").innerText()).contains("It has not begun.", "With the new threshold.");
        } finally {
            other.stop();
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
