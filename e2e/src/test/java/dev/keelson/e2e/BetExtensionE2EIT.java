package dev.keelson.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.sun.net.httpserver.HttpServer;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.project.Project;
import dev.keelson.project.ProjectTemplate;
import dev.keelson.simulate.SimulatedBets;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.Projects;
import dev.keelson.wiring.RunPipeline;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The browser extension of the bets example in a real Chromium, against a server with a trained model and tokens. */
class BetExtensionE2EIT {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2014-02-05T12:00:00Z"));
    private static final String TOKEN = "extension-token-0123456789";
    private static final List<String> CHROMIUM =
            List.of("/usr/bin/chromium", "/usr/bin/chromium-browser");

    @TempDir
    Path folder;

    private static Path extension() {
        return Stream.of(Path.of("..", "examples", "bets", "extension"), Path.of("examples", "bets", "extension"))
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow()
                .toAbsolutePath()
                .normalize();
    }

    private Project project() throws IOException {
        Path root = folder.resolve("project");
        ProjectTemplate.create(root, "bets");
        Path file = root.resolve("keelson.yaml");
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("max_depth: 2", "max_depth: 2, rounds: 10")
                        .replace("walk_forward: 4 folds, test: 180d", "walk_forward: 2 folds, test: 60d")
                        .replace("serve:\n", "serve:\n  tokens: { browser: { token: \"${BETS_TOKEN}\", role: predict } }\n"));
        Path data = root.resolve("data/bets/bets.csv.gz");
        Files.createDirectories(data.getParent());
        try (Writer out = new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(data)), StandardCharsets.UTF_8)) {
            new SimulatedBets(400, 42).write(out);
        }
        Project project = Projects.read(root, Map.of("BETS_TOKEN", TOKEN));
        RunPipeline.run(project, CLOCK, step -> {});
        return project;
    }

    @Test
    void extensionScoresThePricesOfAPageAndCapturesOne() throws Exception {
        Optional<Path> chromium = Optional.ofNullable(System.getenv("CHROMIUM"))
                .or(() -> CHROMIUM.stream().filter(path -> Files.isExecutable(Path.of(path))).findFirst())
                .map(Path::of);
        assumeTrue(
                chromium.isPresent(),
                "Skipped: no Chromium here. Install it (Debian: apt-get install chromium) or name it in CHROMIUM.");
        Project project = project();
        HttpServer site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] demo = Files.readAllBytes(extension().resolve("demo.html"));
        site.createContext("/", exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "text/html; charset=utf-8");
            exchange.sendResponseHeaders(200, demo.length);
            exchange.getResponseBody().write(demo);
            exchange.close();
        });
        site.start();
        try (LiveBackend backend = LiveBackend.open(project, CLOCK);
                KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
                Playwright playwright = Playwright.create(
                        new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
                BrowserContext browser = playwright
                        .chromium()
                        .launchPersistentContext(
                                folder.resolve("profile"),
                                new BrowserType.LaunchPersistentContextOptions()
                                        .setExecutablePath(chromium.get())
                                        .setHeadless(false)
                                        .setIgnoreDefaultArgs(List.of("--disable-extensions"))
                                        .setArgs(List.of(
                                                "--headless=new",
                                                "--no-sandbox",
                                                "--disable-dev-shm-usage",
                                                "--disable-features=DisableLoadExtensionCommandLineSwitch",
                                                "--disable-extensions-except=" + extension(),
                                                "--load-extension=" + extension())))) {
            String origin = project.serve().origins().getFirst();
            Page page = browser.newPage();
            page.navigate("http://127.0.0.1:" + site.getAddress().getPort() + "/");
            Page options = browser.newPage();
            options.navigate(origin + "/options.html");
            options.fill("[name=server]", server.url());
            options.fill("[name=token]", TOKEN);
            options.fill("[name=bankroll]", "1000");
            options.click("button");
            assertThat(options.locator("#state")).hasText("Saved.");
            Object tab = options.evaluate(
                    """
                    async port => {
                      const mine = (await chrome.tabs.getCurrent()).id;
                      for (const each of await chrome.tabs.query({})) {
                        const told = each.id === mine ? null
                            : await chrome.tabs.sendMessage(each.id, 'bets').catch(() => null);
                        if (told?.url.includes(port)) return each.id;
                      }
                      return 0;
                    }""",
                    ":" + site.getAddress().getPort());

            Page popup = browser.newPage();
            popup.navigate(origin + "/popup.html?tab=" + tab);

            assertThat(popup.locator("#state")).hasText("2 scored by bet-won v1");
            assertThat(popup.locator("#bets > li").first()).containsText("Northport to beat Eastvale");
            assertThat(popup.locator(".reasons").first()).containsText("settled bets");
            popup.locator("#bets button").first().click();
            assertThat(popup.locator("#bets button").first()).hasText("Captured");

            JsonNode kept = get(server.url() + "/api/v1/opportunities?state=open");
            assertThat(kept.path("total").asInt()).isEqualTo(1);
            assertThat(kept.at("/opportunities/0/bet/institution_name").asText()).isEqualTo("Bet365");
            assertThat(kept.at("/opportunities/0/seen/title").asText()).isEqualTo("Prices of Saturday");
            assertThat(kept.at("/opportunities/0/score/stake/amount").isNumber()).isTrue();
            popup.reload();
            popup.locator("#bets button").first().click();
            assertThat(popup.locator("#bets button").first()).hasText("Captured before");
            assertThat(get(server.url() + "/api/v1/opportunities").path("total").asInt()).isEqualTo(1);
        } finally {
            site.stop(0);
        }
    }

    private static JsonNode get(String url) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return new ObjectMapper()
                    .readTree(http.send(
                                    HttpRequest.newBuilder(URI.create(url)).header("Authorization", "Bearer " + TOKEN).build(),
                                    BodyHandlers.ofString())
                            .body());
        }
    }
}
