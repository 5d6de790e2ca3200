namespace EchoService.Benchmarks;

/// <summary>What a Python programmer writes: one session, so many requests at once, each body streamed to a file in pieces of so many bytes.</summary>
internal static class AiohttpScript
{
    public const string Text =
        """
        import aiohttp, asyncio, sys

        async def save(session, slots, number, url):
            async with slots, session.get(url) as response:
                response.raise_for_status()
                with open(str(number), 'wb') as file:
                    async for chunk in response.content.iter_chunked(int(sys.argv[3])):
                        file.write(chunk)

        async def main():
            urls = [line.strip() for line in open(sys.argv[1])]
            slots = asyncio.Semaphore(int(sys.argv[2]))
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
                await asyncio.gather(*(save(session, slots, number, url) for number, url in enumerate(urls)))

        asyncio.run(main())
        """;
}
