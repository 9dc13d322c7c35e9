// Shows the copy buttons. Browsers only have a clipboard on HTTPS and on this machine; without it, texts can be selected.
const status = document.querySelector('#copied');

async function copy(button) {
	const { copy: text } = button.dataset;
	const label = button.textContent;
	await navigator.clipboard.writeText(text);
	button.textContent = 'Copied';
	status.textContent = button.getAttribute('aria-label').replace(/^Copy (.*)$/, '$1 copied');
	setTimeout(() => (button.textContent = label), 2000);
}

if (navigator.clipboard) {
	for (const button of document.querySelectorAll('button[data-copy]')) {
		button.hidden = false;
		button.addEventListener('click', () => {
			copy(button).catch((error) => (status.textContent = error.message));
		});
	}
}
