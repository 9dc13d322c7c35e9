const { installHost } = await import('/work/main/sandbox/n8n/install.mts');
await installHost('newest'); console.log('newest done'); await installHost('oldest'); console.log('oldest done');
